"""An open table as SQL: its rows, its columns and their values."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from loaders.contract.limits import MAX_DEPTH
from loaders.contract.records import EXCERPT_LENGTH
from loaders.table.mapping import Column

# The fields that a duration can be, and how each is computed from seconds.
DURATIONS = {
    "latency_seconds": "{}",
    "latency_ms": "{} * 1000e0",
    "human_minutes": "{} / 60e0",
}
# Prefix of the names of JSON in cells.
INSIDE = "inside "
# Whether a list of names has duplicates.
HAS_DUPLICATES = "len(list_distinct({0})) < len({0})"


def literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def is_odd_inside(json: str) -> str:
    """Return whether JSON may nest too deep, judged by its number of objects and lists,
    or has an object with a duplicate name.
    """
    return f"""
        case when strlen({json}) - strlen(translate({json}, '[{{', '')) > {MAX_DEPTH}
        then true
        else len(list_filter(
            json_keys({json}, '$..*'), lambda keys: {HAS_DUPLICATES.format("keys")}
        )) > 0 end
    """


def quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


@dataclass
class Opened:
    """An open table; `form` is csv, json or parquet."""

    form: str
    names: list[str]
    # The query that scans the file, and the one of its rows, with JSON in cells and
    # what the expressions below need.
    scan: str
    rows: str
    # DuckDB's types of the columns of Parquet.
    types: dict[str, str] = field(default_factory=dict)
    # Whether a row is not a plain object, or contains NaN or an infinity.
    is_odd: str = "false"
    # How many rows to convert at a time: fewer if they are long.
    rows_at_a_time: int = 16_384
    # For JSON: the paths that are read from each object, as text and as JSON.
    _texts: list[str] = field(default_factory=list)
    _jsons: list[str] = field(default_factory=list)
    # Whether all of its fields are needed, by name.
    _has_entries: bool = False

    @property
    def raw(self) -> str:
        """The part of a row that its excerpt shows if the row is refused."""
        if self.form == "json":
            return "j"
        columns = ", ".join(
            f"f{at} := {self._column(name)}" for at, name in self._first_names()
        )
        return f"struct_pack({columns})"

    @property
    def raw_as_json(self) -> str:
        """`raw` as JSON text."""
        if self.form == "json":
            return "raw"
        columns = ", ".join(
            f"{literal(name)}, raw.f{at}" for at, name in self._first_names()
        )
        return f"cast(json_object({columns}) as varchar)"

    def _first_names(self) -> Iterable[tuple[int, str]]:
        # Each name takes at least five characters of an excerpt: `"":1,`.
        return enumerate(self.names[: EXCERPT_LENGTH // 5])

    def is_nested(self, column: Column) -> str:
        """Return whether a value of JSON is a list or an object."""
        text = self.text(column)
        type_ = self.json_type(column)
        return (
            f"case when has_inside and left({text}, 1) in ('{{', '[') "
            f"then {type_} in ('OBJECT', 'ARRAY') end"
        )

    def type_of(self, column: Column) -> str:
        """Return DuckDB's type of a column; VARCHAR for a field inside one."""
        if len(column.path) > 1:
            return "VARCHAR"
        return self.types.get(column.path[0], "VARCHAR")

    def native(self, column: Column) -> str:
        value = self._column(column.path[0])
        type_ = self.type_of(column)
        if type_ == "TIMESTAMP_NS":
            # A cast would round nanoseconds up.
            return f"cast(left(cast({value} as varchar), 26) as timestamp)"
        if type_ == "FLOAT":
            # The number as it is written, not the nearest double.
            value = f"cast(cast({value} as varchar) as double)"
        if type_ in ("DOUBLE", "FLOAT"):
            # DuckDB filters by Parquet's minimum and maximum, which do not include NaN.
            return f"case when not isnan({value}) then {value} end"
        return value

    def text(self, column: Column) -> str:
        """Return a value as text; a list or object as JSON."""
        name, *inside = column.path
        if self.form == "json":
            return _element("x", self._texts, _path(column.path))
        if inside:
            path = literal(_path(inside))
            return f"json_extract_string({self._as_json(name)}, {path})"
        if self._is_nested(name):
            return f"cast(to_json({self._column(name)}) as varchar)"
        if self.types.get(name) == "BLOB":
            # Text that is not declared as text.
            column = self._column(name)
            return f"coalesce(try(decode({column})), cast({column} as varchar))"
        return f"cast({self._column(name)} as varchar)"

    def number_text(self, column: Column, decimal: str | None) -> str:
        """Return a value as text; a JSON number inside a column gets the decimal sign
        of the other numbers.
        """
        text = self.text(column)
        name, *inside = column.path
        if self.form == "json" or not inside or decimal != ",":
            return text
        type_ = f"json_type({self._as_json(name)}, {literal(_path(inside))})"
        with_comma = f"replace({text}, '.', ',')"
        return f"case when {type_} = 'DOUBLE' then {with_comma} else {text} end"

    def is_nested_type(self, column: Column) -> bool:
        """Say whether all values of a Parquet column are lists or objects."""
        return len(column.path) == 1 and self._is_nested(column.path[0])

    def json(self, name: str) -> str:
        """Return a value as JSON: a text, a list or an object; null if it is empty."""
        if self.form == "json":
            return _json_text(_element("e", self._jsons, _path([name])))
        text = self._attribute(name)
        return text if self._is_nested(name) else _text_as_json(text)

    def _attribute(self, name: str) -> str:
        """Return a value of CSV or Parquet as text; a list or object as JSON."""
        text = self.text(Column((name,)))
        if self.types.get(name) in ("DOUBLE", "FLOAT"):
            return f"case when not isnan({self._column(name)}) then {text} end"
        return text

    def members(self, names: list[str], keys: list[str]) -> str:
        """Return the members of an object, joined, in one expression for all columns.

        For two thousand expressions DuckDB takes seconds and a gigabyte.
        """
        if self.form == "json":
            # Only those that the row has, however many all rows have.
            self._has_entries = True
            left = set(names)
            taken = [literal(name) for name in self.names if name not in left]
            is_left = f"p.key not in ({', '.join(taken)})" if taken else "true"
            name = f"case when {is_left} then to_json(p.key) end"
            member = f"cast({name} as varchar) || ':' || {_json_text('p.value')}"
            members = f"list_transform(list_sort(entries), lambda p: {member})"
        else:
            nested = [
                str(at) for at, name in enumerate(names, 1) if self._is_nested(name)
            ]
            value = _text_as_json("x")
            if nested:
                value = f"case when i in ({', '.join(nested)}) then x else {value} end"
            values = ", ".join(map(self._attribute, names))
            member = f"[{', '.join(keys)}][i] || {value}"
            members = f"list_transform([{values}], lambda x, i: {member})"
        return f"coalesce(array_to_string({members}, ','), '')"

    def json_type(self, column: Column) -> str:
        return f"json_type(v, {literal(_path(column.path))})"

    def source(self) -> str:
        """Return the query of the rows; call it after all other expressions."""
        if self.form != "json":
            return self.rows
        texts = ", ".join(map(literal, self._texts))
        jsons = ", ".join(map(literal, self._jsons))
        extracted = [f"json_extract_string(v, [{texts}]) as x"] if texts else []
        extracted += [f"json_extract(v, [{jsons}]) as e"] if jsons else []
        if self._has_entries:
            entries = """map_entries(json_transform(v, '"MAP(VARCHAR, JSON)"'))"""
            extracted.append(f"{entries} as entries")
        return f"select *, {', '.join(extracted)} from ({self.rows})"

    def _column(self, name: str) -> str:
        column = f"c{self.names.index(name)}"
        if self.types.get(name) == "TIMESTAMP WITH TIME ZONE":
            # A cast would depend on the session's time zone.
            return f"make_timestamp(epoch_us({column}))"
        return column

    def json_cells(self, columns: Iterable[Column]) -> dict[str, str]:
        """Return the JSON in text cells in which some of these columns lie, with a name
        for each.
        """
        if self.form == "json":
            return {}
        roots = {each.path[0] for each in columns if len(each.path) > 1}
        return {
            f"{INSIDE}{self.names.index(name)}": self._as_json(name)
            for name in sorted(roots)
            if not self._is_nested(name)
        }

    def _as_json(self, name: str) -> str:
        """Return a column as JSON; null if its text is not JSON."""
        column = self._column(name)
        if self._is_nested(name):
            return f"to_json({column})"
        text = f"cast({column} as varchar)"
        return f"case when json_valid({text}) then {text} end"

    def _is_nested(self, name: str) -> bool:
        type_ = self.types.get(name, "")
        return type_.endswith("]") or type_.startswith(("STRUCT", "MAP", "UNION"))


def _text_as_json(text: str) -> str:
    """Return a text as a JSON text; null if it is empty."""
    return f"cast(to_json(nullif({text}, '')) as varchar)"


def _json_text(value: str) -> str:
    """Return a JSON value for an object of texts; null if it is empty."""
    value = f"cast({value} as varchar)"
    # Text, lists and objects are kept; everything else becomes text.
    is_as_it_is = (
        f"{value} < '#' or {value} >= '{{' or ({value} >= '[' and {value} < '\\')"
    )
    # Fractions as in Parquet: 1e-05, which JSON may write as 1e-5 or 0.00001.
    fraction = (
        f"case when contains({value}, 'e') "
        f"or strlen({value}) > 6 and contains({value}, '.') "
        f"then cast(try_cast({value} as double) as varchar) end"
    )
    return (
        f"case when {value} in ('null', '\"\"') then null "
        f"when {is_as_it_is} then {value} "
        f"else '\"' || coalesce({fraction}, {value}) || '\"' end"
    )


def _path(names: Iterable[str]) -> str:
    """Return a JSON pointer through fields with any names."""
    escaped = [name.replace("~", "~0").replace("/", "~1") for name in names]
    return "".join(f"/{name}" for name in escaped)


def _element(list_: str, paths: list[str], path: str) -> str:
    if path not in paths:
        paths.append(path)
    return f"{list_}[{paths.index(path) + 1}]"
