"""Rows of a table as attempts, many at a time: the rules of attempts.py as one query."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from loaders.contract import rules, visible
from loaders.contract.limits import MAX_TEXT_BYTES
from loaders.contract.records import EXCERPT_LENGTH
from loaders.contract.table_options import TableOptions
from loaders.table import values
from loaders.table.attempts import NUMBERS, TEXTS
from loaders.table.cells import Cell, attributes, cell
from loaders.table.mapping import Column, Mapping
from loaders.table.opened import (
    HAS_DUPLICATES,
    Opened,
    is_odd_inside,
    literal,
    quoted,
)
from loaders.table.tables import TABLE_ATTEMPTS

_BLANKS = ("' '", *(f"chr({number})" for number in range(9, 14)))
_TIME = r"([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
_ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]" + _TIME + ")?"
_OFFSET = " ?[+-](0[0-9]|1[0-4]):?[0-5][0-9]"
# A visible name, which is kept as it is; attempts.py decides about others. DuckDB's
# texts have no lone surrogates.
_UNSEEN = "".join(rf"\p{{{each}}}" for each in visible.UNSEEN if each != "Cs")
_UNSEEN += "".join(
    rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in visible.BLANK_RANGES
)
_PLAIN = rf"^[^{_UNSEEN}]([^\x{{a0}}\x{{2007}}\x{{202f}}]*[^\p{{Cf}}\p{{Z}}])?$"
# The condition for each number, `p`.
_RANGES = {
    "action_count": f"p >= 0 and p <= {rules.MAX_COUNT} and p = floor(p)",
    "human_minutes": f"p > 0 and p <= {rules.MAX_MINUTES}",
    "latency_seconds": f"p >= 0 and p <= {rules.MAX_SECONDS}",
    "cost_usd": f"p >= 0 and p <= {rules.MAX_USD}",
}
_RANGES["latency_ms"] = f"p >= 0 and p <= {1_000 * rules.MAX_SECONDS}"
_COUNTS = (
    "action_count",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "total_tokens",
)
_RANGES |= dict.fromkeys(_COUNTS, _RANGES["action_count"])
# Columns of the query in addition to those of the table.
EXTRAS = ("record", "excerpt", "row_hash")


@dataclass(frozen=True, slots=True)
class Query:
    """The query for all rows of a table."""

    sql: str
    # The columns of raw.table_attempts that the query returns, before EXTRAS.
    columns: list[str]
    # All other columns except `line`, with their value in every row.
    constants: dict[str, str | None]


def query(opened: Opened, mapping: Mapping, options: TableOptions, stem: str) -> Query:
    """Return the query for all rows of a table."""
    decimal = options.decimal
    cells = {
        ours: cell(opened, ours, parts, decimal)
        for ours, parts in mapping.parts.items()
    }
    row = _Row(cells, opened, mapping, options, stem)
    first = {
        **{f"t_{ours}": each.expression for ours, each in cells.items()},
        "made_attributes": attributes(opened, mapping),
        "raw": opened.raw,
        **row.real_numbers(),
        **row.json_cells,
        **({"is_odd_json": "is_odd_json"} if opened.form == "json" else {}),
    }
    # When all expressions are made, it is known what they need of a row.
    rows = opened.source()
    outputs = row.outputs()
    sql = f"""
        select {_listed(outputs)}
        from (
            select *, {row.flag()} as is_odd
            from (
                select *, {_listed(row.checked())}
                from (
                    select *, {_listed(row.parsed())}
                    from (
                        select {_listed(first)} from ({rows})
                    )
                )
            )
        )
    """
    constants = row.constants()
    columns = [name for name in outputs if name not in EXTRAS]
    nulls = TABLE_ATTEMPTS.types.keys() - {"line", *columns, *constants}
    return Query(sql, columns, constants | dict.fromkeys(nulls))


class _Row:
    """The expressions for one row, step by step."""

    def __init__(
        self,
        cells: dict[str, Cell],
        opened: Opened,
        mapping: Mapping,
        options: TableOptions,
        stem: str,
    ):
        self._cells = cells
        self._opened = opened
        self._mapping = mapping
        self._options = options
        self._stem = stem
        self._numbers = [ours for ours in cells if ours in NUMBERS]
        self._real = list(self.real_numbers())
        # Python decides about unusual JSON in a cell.
        parts = [part for each in mapping.parts.values() for part in each]
        columns = [part for part in parts if isinstance(part, Column)]
        self.json_cells = opened.json_cells(columns)

    def real_numbers(self) -> dict[str, str]:
        """Return the JSON values that are not names: fractions, which lose their
        spelling, and lists or objects.
        """
        if self._opened.form != "json":
            return {}
        found = {}
        for ours in TEXTS:
            for part in self._mapping.parts.get(ours, ()):
                if isinstance(part, Column):
                    text = self._opened.text(part)
                    # A number begins with a digit or a sign.
                    is_real = (
                        f"contains({text}, '.') or contains({text}, 'e') "
                        f"or contains({text}, 'E')"
                    )
                    found[f"r_{len(found)}"] = (
                        f"case when {text} < ':' then case when {is_real} "
                        f"then {self._opened.json_type(part)} = 'DOUBLE' end end"
                    )
                    found[f"r_{len(found)}"] = self._opened.is_nested(part)
        return found

    def parsed(self) -> dict[str, str]:
        """Return the numbers in cells, null if there is none."""
        columns = {
            f"p_{ours}": self._number(ours)
            for ours in (*self._numbers, *self._has("started_at"))
            if self._cells[ours].kind in ("text", "double")
        }
        for ours in self._has("started_at"):
            if self._cells[ours].kind == "text":
                moment = f"try_cast(t_{ours} as timestamp)"
                columns[f"p_{ours}"] = f"cast({moment} as varchar)"
        return columns or {"no_number": "null"}

    def _is_double(self, ours: str) -> bool:
        return self._cells[ours].kind == "double"

    def _number(self, ours: str) -> str:
        cell = f"t_{ours}"
        if self._is_double(ours):
            return f"cast({cell} as double)"
        text = cell
        if self._options.decimal == ",":
            text = f"case when not contains({cell}, '.') "
            text += f"then replace({cell}, ',', '.') end"
        return f"try_cast({text} as double)"

    def checked(self) -> dict[str, str]:
        """Return the values that follow the rules, null for all others."""
        columns = {f"n_{ours}": self._text(ours) for ours in self._has(*TEXTS)}
        for ours in self._numbers:
            columns[f"n_{ours}"] = (
                self._score(ours)
                if ours in ("score", "success")
                else self._in_range(ours)
            )
        for ours in self._has("started_at"):
            columns[f"n_{ours}"] = self._time(ours)
        for ours in self._has("status", "error"):
            columns[f"w_{ours}"] = self._words(ours)
        return columns

    def _has(self, *names: str) -> list[str]:
        return [ours for ours in names if ours in self._cells]

    def _text(self, ours: str) -> str:
        cell = f"t_{ours}"
        if self._cells[ours].kind != "text":
            cell = f"cast({cell} as varchar)"
        return f"case when {_missing(cell)} then null else {cell} end"

    def _in_range(self, ours: str) -> str:
        if self._cells[ours].kind not in ("text", "double"):
            return "cast(null as double)"
        condition = (
            _RANGES[ours]
            .replace("p ", f"p_{ours} ")
            .replace("floor(p)", f"floor(p_{ours})")
        )
        return f"case when {condition}{self._is_plain(ours)} then p_{ours} end"

    def _is_plain(self, ours: str) -> str:
        # DuckDB takes 1_000 for a number.
        if self._cells[ours].kind == "text":
            return f" and not contains(t_{ours}, '_')"
        return ""

    def _score(self, ours: str) -> str:
        cell, kind = f"t_{ours}", self._cells[ours].kind
        if kind == "boolean":
            return f"case when {cell} then 1e0 when not {cell} then 0e0 end"
        if kind == "time":
            return "cast(null as double)"
        # A verdict has the scale of scores if there is no score as well.
        is_score = ours == "score" or "score" not in self._cells
        most = self._options.score_max if is_score else None
        share = f"p_{ours} / {most!r}e0" if most else f"p_{ours}"
        is_share = f"{share} >= 0 and {share} <= 1{self._is_plain(ours)}"
        number = f"case when {is_share} then {share} end"
        if kind == "double":
            return number
        cases = [
            f"when p_{ours} is not null then {number}",
            f"when lower({cell}) in ({_texts(values.TRUE)}) then 1e0",
            f"when lower({cell}) in ({_texts(values.FALSE)}) then 0e0",
        ]
        if ours == "success":
            cases += [
                f"when lower({cell}) in ({_texts(values.YES)}) then 1e0",
                f"when lower({cell}) in ({_texts(values.NO)}) then 0e0",
            ]
        if most == 100:
            percent = f"left({cell}, -1)"
            if self._options.decimal == ",":
                percent = f"case when not contains({cell}, '.') "
                percent += f"then replace(left({cell}, -1), ',', '.') end"
            value = f"try_cast({percent} as double) / 100e0"
            cases.append(
                f"when ends_with({cell}, '%') and not contains({cell}, '_') "
                f"and {value} >= 0 and {value} <= 1 then {value}"
            )
        return f"case {' '.join(cases)} end"

    def _time(self, ours: str) -> str:
        cell, kind = f"t_{ours}", self._cells[ours].kind
        if kind == "boolean":
            return "cast(null as varchar)"
        if kind == "time":
            return f"cast(cast({cell} as timestamp) as varchar)"
        cases = []
        number = f"p_{ours}"
        if kind == "text":
            number = f"try_cast({cell} as double)"
            # The form of most times.
            cases.append(f"when p_{ours} = {cell} then {cell}")
            is_iso = f"when regexp_full_match({cell}, '{_ISO}"
            cases.append(f"{is_iso}(Z| UTC)?') then p_{ours}")
            # A cast to a time without a zone would ignore the offset, and one with a
            # zone takes no blank before it.
            joined = f"replace(replace({cell}, ' +', '+'), ' -', '-')"
            moment = f"make_timestamp(epoch_us(try_cast({joined} as timestamptz)))"
            cases.append(f"{is_iso}{_OFFSET}') then cast({moment} as varchar)")
            cases.append(f"when contains({cell}, '_') then null")
        for least, per_second in values.EPOCHS:
            factor = 1_000_000 / per_second
            moment = f"make_timestamp(cast({number} * {factor!r}e0 as bigint))"
            cases.append(
                f"when {number} >= {least} and {number} < {10 * least} "
                f"then cast({moment} as varchar)"
            )
        return f"case {' '.join(cases)} end"

    def flag(self) -> str:
        """Return whether attempts.py must decide about a row."""
        conditions = [*self._real]
        for ours in (*self._numbers, *self._has("started_at")):
            cell = f"t_{ours}"
            conditions.append(
                f"case when {cell} is not null and n_{ours} is null "
                f"then {_missing(f'cast({cell} as varchar)')} is not true end"
            )
        for ours in self._has("started_at"):
            at = f"n_{ours}"
            years = f"{values.FIRST_YEAR}' or {at} >= '{values.LAST_YEAR + 1}"
            conditions.append(f"{at} < '{years}'")
        # A name may consist of blanks, or of invisible characters.
        for ours in self._has(*TEXTS):
            cell = f"n_{ours}"
            conditions.append(f"strlen({cell}) > {MAX_TEXT_BYTES}")
            if self._cells[ours].kind == "text":
                conditions.append(f"{cell} < '!' or {cell}[-1] < '!'")
                conditions.append(f"starts_with({cell}, chr(127))")
                is_plain = f"regexp_matches({cell}, '{_PLAIN}')"
                conditions.append(
                    f"case when strlen({cell}) > length({cell}) "
                    f"then not {is_plain} or nfc_normalize({cell}) <> {cell} end"
                )
        if "agent" not in self._cells:
            conditions.append(f"strlen({self._made_agent()}) > {MAX_TEXT_BYTES}")
        for cell in map(quoted, self.json_cells):
            conditions.append(HAS_DUPLICATES.format(f"json_keys({cell})"))
            conditions.append(is_odd_inside(cell))
        conditions.append("n_task_id is null")
        named = self._has("agent", "model")
        conditions.append(" and ".join(f"n_{ours} is null" for ours in named))
        if "attempt" in self._cells:
            conditions.append("n_attempt is null")
        if "population" in self._cells:
            known = _texts(values.POPULATIONS)
            conditions.append(f"n_population not in ({known})")
        conditions.append(self._opened.is_odd)
        return f"coalesce({' or '.join(f'({each})' for each in conditions)}, false)"

    def outputs(self) -> dict[str, str]:
        """Return the columns of the table after `line`, then EXTRAS."""
        given = self._given()
        columns = {
            name: f"cast({given[name]} as {_sql_type(type_)})"
            for name, type_ in TABLE_ATTEMPTS.types.items()
            if name in given
        }
        if self._opened.form == "json":
            record = "raw"
        else:
            numbers = {ours for ours in self._numbers if self._is_double(ours)}
            cells = ", ".join(
                f"{quoted(ours)} := t_{ours}"
                if ours in numbers
                else f"{quoted(ours)} := cast({self._as_read(ours)} as varchar)"
                for ours in (*self._cells, *self.json_cells)
            )
            record = f"cast(to_json(struct_pack({cells})) as varchar)"
        columns["record"] = f"case when is_odd then {record} end"
        excerpt = self._opened.raw_as_json
        columns["excerpt"] = (
            f"case when is_odd then coalesce(left(cast({excerpt} as varchar), "
            f"{EXCERPT_LENGTH}), '') end"
        )
        # A hash of the key, if there is one, else of all columns.
        hashed = [*given]
        if "attempt" in self._cells:
            hashed = [name for name in TABLE_ATTEMPTS.key if name in given]
        columns["row_hash"] = f"hash({', '.join(columns[name] for name in hashed)})"
        return columns

    def _as_read(self, name: str) -> str:
        return quoted(name) if name in self.json_cells else f"t_{name}"

    def constants(self) -> dict[str, str]:
        """Return the columns that are the same in all rows."""
        defaults = {
            "benchmark": ("benchmark", self._stem),
            "evaluation": ("evaluation_id", ""),
            "scaffold": ("scaffold", "unknown"),
            "effort": ("reasoning_effort", "unknown"),
            "population": ("population", "capability"),
        }
        return {"source": self._options.source or "table"} | {
            name: value
            for name, (ours, value) in defaults.items()
            if ours not in self._cells
        }

    def _known(self, ours: str) -> str:
        return f"n_{ours}" if ours in self._cells else "null"

    def _made_agent(self) -> str:
        parts = map(self._known, ("scaffold", "model", "reasoning_effort"))
        return f"concat_ws(' ', {', '.join(parts)})"

    def _given(self) -> dict[str, str]:
        agent, model = self._known("agent"), self._known("model")
        made_of = self._made_agent()
        agent = f"coalesce({agent}, {made_of})" if agent != "null" else made_of
        score = self._known("score" if "score" in self._cells else "success")
        given = {
            "benchmark": f"coalesce(n_benchmark, {literal(self._stem)})",
            "evaluation": "coalesce(n_evaluation_id, '')",
            "agent": agent,
            "model": agent if model == "null" else f"coalesce({model}, {agent})",
            "scaffold": "coalesce(n_scaffold, 'unknown')",
            "effort": "coalesce(n_reasoning_effort, 'unknown')",
            "population": "coalesce(n_population, 'capability')",
            "score": score,
            "status": self._status(score),
            "attributes": "made_attributes",
        }
        given = {
            name: value for name, value in given.items() if name not in self.constants()
        }
        seconds = [f"n_{ours}" for ours in self._has("latency_seconds")]
        seconds += [f"n_{ours} / 1000e0" for ours in self._has("latency_ms")]
        if seconds:
            given["latency_seconds"] = f"coalesce({', '.join(seconds)})"
        if "success" in self._cells:
            given["is_success"] = (
                "case when n_success = 1 then 'true' "
                "when n_success = 0 then 'false' end"
            )
        plain = ("task_id", "task_family", "attempt", "human_minutes", "cost_usd")
        for ours in self._has(*plain, "started_at", *_COUNTS):
            given[ours] = f"n_{ours}"
        return given

    def _status(self, score: str) -> str:
        """Return how an attempt ended, as values.status says it."""
        cases: list[str] = []
        for ours in self._has("status", "error"):
            cases += _status_cases(f"w_{ours}", score, is_error_column=ours == "error")
        cases.append(f"when {score} is null then 'unscored'")
        return f"case {' '.join(cases)} else 'scored' end"

    def _words(self, ours: str) -> str:
        """Return the text of a status or an error, null if it says nothing."""
        cell = f"t_{ours}"
        if self._cells[ours].kind != "text":
            cell = f"cast({cell} as varchar)"
        # Trimming takes long, and most cells have nothing to trim.
        ends = " or ".join(f"ends_with({cell}, {blank})" for blank in _BLANKS)
        words = (
            f"lower(case when {cell} = '' then '' when {cell} < '!' or {ends} "
            f"then trim({cell}, {' || '.join(_BLANKS)}) else {cell} end)"
        )
        nothing = f"when {_missing(cell)} then null"
        if ours == "error":
            nothing += f" when {words} in ({_texts(values.NO_ERROR)}) then null"
        return f"case {nothing} else {words} end"


def _status_cases(words: str, score: str, *, is_error_column: bool) -> Iterator[str]:
    yield (
        f"when case when contains({words}, 'out') "
        f"then regexp_matches({words}, '{values.TIMEOUT}') end then 'timeout'"
    )
    limits = f"regexp_replace({words}, '{values.NO_LIMIT}', '', 'g')"
    yield (
        f"when case when contains({words}, 'limit') then contains({limits}, 'limit') "
        "end then 'limit'"
    )
    yield f"when {words} in ({_texts(values.ERRORS)}) then 'error'"
    if is_error_column:
        yield f"when {words} is not null and {score} is null then 'error'"


def _missing(cell: str) -> str:
    longest = max(map(len, values.MISSING))
    # With `case`, because `and` evaluates both sides: a short text is mostly nothing,
    # or a number.
    return (
        f"case when strlen({cell}) <= {longest} then case when {cell} = '' then true "
        f"when {cell} >= '$' and {cell} < '<' then false "
        f"else {cell} in ({_texts(values.MISSING)}) end end"
    )


def _texts(words: Iterable[str]) -> str:
    return ", ".join(map(literal, words))


def _sql_type(type_: str) -> str:
    return type_ if type_ in ("bigint", "double") else "varchar"


def _listed(columns: dict[str, str] | Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{value} as {quoted(name)}" for name, value in columns.items())
