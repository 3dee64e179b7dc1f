"""Which column of a table is which of our fields: by name, by preset, or as the user
says.

`ours` is always the name of one of our fields, a key of KNOWN.
"""

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from loaders.contract.exports import advice
from loaders.contract.records import FileRefused, file_refused
from loaders.contract.table_options import TableOptions
from loaders.table.presets import PRESETS

# Our fields, and the column names that we know for each, the clearest first.
KNOWN = {
    "task_id": "task_id task sample_id problem_id instance_id question_id",
    "agent": "agent agent_name system",
    "model": "model model_name model_id",
    "score": "score reward grade",
    "success": "success passed correct is_correct resolved is_resolved",
    "benchmark": "benchmark dataset eval evaluation_name suite",
    "evaluation_id": "evaluation_id",
    "task_family": "task_family family category subject",
    "scaffold": "scaffold harness framework",
    "reasoning_effort": "reasoning_effort effort",
    "population": "population",
    "attempt": "attempt_id uuid run_id attempt attempt_number epoch trial repeat seed",
    "status": "status",
    "error": "error exception",
    "action_count": (
        "action_count actions n_actions steps n_steps num_turns tool_calls_count"
    ),
    "human_minutes": "human_minutes human_time_minutes",
    "latency_seconds": (
        "latency_seconds duration_seconds duration_s seconds latency_s"
    ),
    "latency_ms": "latency_ms duration_ms",
    "input_tokens": "input_tokens prompt_tokens total_input_tokens",
    "output_tokens": "output_tokens completion_tokens total_output_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "total_tokens": "total_tokens",
    "cost_usd": "cost_usd cost total_cost total_cost_usd",
    "started_at": "started_at timestamp created_at date",
}
# All columns with one of its names are used, not only the first: together they identify
# an attempt.
_TAKES_ALL = "attempt"
_NEEDED = {
    "a task": ("task_id",),
    "an agent": ("agent", "model"),
    "a score": ("score", "success"),
}
# Names that leave the unit or the meaning open, so they are only suggested.
_HINTS = {
    "duration": "latency_seconds",
    "elapsed": "latency_seconds",
    "latency": "latency_seconds",
    "time": "latency_seconds",
    "price": "cost_usd",
    "tokens": "total_tokens",
    "result": "success",
    "outcome": "success",
    "accuracy": "score",
    "acc": "score",
    "exactmatch": "score",
    "passat1": "score",
}
# Columns for which an attempt has several rows that are not repeats; so each value is a
# benchmark.
_PARTS = ("metric", "metricname", "scorer")
# The same for names that contain such a word, such as `latency_minutes`.
_HINTING_WORDS = {
    "latency": "latency_seconds",
    "duration": "latency_seconds",
    "elapsed": "latency_seconds",
    "runtime": "latency_seconds",
    "time": "latency_seconds",
    "cost": "cost_usd",
}
_SIMILARITY = 0.85


class Column(NamedTuple):
    """A column, or a field inside it at the end of a path."""

    path: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.path)


class Constant(NamedTuple):
    """The same text in every row."""

    text: str

    def __str__(self) -> str:
        return f"={self.text}"


Part = Column | Constant


class AllRows(Protocol):
    """What a mapping needs to know about all rows of a table (see rows.py)."""

    def has(self, column: Column) -> bool: ...
    def has_all(self, column: Column) -> bool: ...
    def only_value(self, name: str) -> Any: ...
    def only_words(self, column: Column, pattern: str) -> str | None: ...
    def fields_inside(self, names: list[str]) -> dict[str, list[str]]: ...


@dataclass(frozen=True, slots=True)
class Mapping:
    """What each of our fields is made of; several parts are joined with a slash."""

    parts: dict[str, tuple[Part, ...]]
    preset: str | None = None
    # Unused columns, and which of our fields each may be.
    hints: tuple[tuple[str, str], ...] = ()

    def __contains__(self, ours: str) -> bool:
        return ours in self.parts

    def written(self, ours: str) -> str:
        """Return the table's own names for one of our fields."""
        return " + ".join(map(str, self.parts[ours]))

    def taken_names(self, *, but: Iterable[str] = ()) -> set[str]:
        """Return the columns that are used for our fields only."""
        return {
            part.path[0]
            for ours, parts in self.parts.items()
            if ours not in but
            for part in parts
            if isinstance(part, Column) and len(part.path) == 1
        }


def plain(name: str) -> str:
    """Return a name as it is compared with others: `Cost ($)` is `cost_usd`.

    Case, `-`, `_`, spaces, line breaks and brackets do not count.
    """
    return re.sub(r"[-_\s()\[\]]", "", name.strip().lower()).replace("$", "usd")


_PLAIN_NAMES = {ours: set(map(plain, KNOWN[ours].split())) for ours in KNOWN}


def ours_named(name: str) -> str | None:
    """Return which of our fields a user means."""
    names = {plain(ours): ours for ours in KNOWN}
    names |= {
        "attemptid": "attempt",
        "attemptnumber": "attempt",
        "effort": "reasoning_effort",
    }
    return names.get(plain(name))


def resolved(
    names: Sequence[str],
    options: TableOptions,
    path: str,
    rows: AllRows | None = None,
) -> Mapping:
    """Return what each of our fields is made of in a table with these columns.

    The user's mapping counts first, then a preset, then the known names. Raises
    FileRefused if columns are missing that every table needs.
    """
    finder = _Finder(names, path, rows)
    parts: dict[str, tuple[Part, ...]] = {}
    left_out = {ours for ours, value in options.columns if value is None}
    for ours, value in options.columns:
        if value is not None:
            parts[ours] = finder.parts(ours, value)
            for part in _inside(parts[ours]):
                if rows and not rows.has(part):
                    what = f"{ours}: no row has {part}"
                    raise file_refused("unusable_columns", what)
    preset = options.preset or recognised(names)
    if preset:
        for ours, value in PRESETS[preset].columns.items():
            if ours not in parts and ours not in left_out:
                found = finder.parts_or_none(ours, value)
                # A row without its attempt's id would be quarantined.
                inside = _inside(found) if ours == _TAKES_ALL and rows else []
                if not all(map(rows.has_all, inside)):
                    found = None
                parts |= {ours: found} if found else {}
    else:
        _add_known(parts, names, left_out)
    missing = missing_from(parts)
    if missing:
        raise _unusable(missing, names, Mapping(parts, preset), rows)
    mapping = Mapping({ours: parts[ours] for ours in KNOWN if ours in parts}, preset)
    said = {ours for ours, _ in options.columns}
    return Mapping(mapping.parts, preset, tuple(_hints(names, mapping, said)))


def _inside(parts: Iterable[Part] | None) -> list[Column]:
    """Return those that lie inside a column."""
    return [
        part for part in parts or () if isinstance(part, Column) and len(part.path) > 1
    ]


def recognised(names: Iterable[str]) -> str | None:
    """Return the preset whose columns a table has."""
    names = set(names)
    for name, preset in PRESETS.items():
        if preset.recognised_by and names.issuperset(preset.recognised_by):
            return name
    return None


def fits(names: Iterable[str]) -> bool:
    """Say whether the columns include those that a table needs."""
    names = list(names)
    known = set(map(plain, names))
    found = [ours for ours, theirs in _PLAIN_NAMES.items() if known & theirs]
    return not missing_from(found) or recognised(names) is not None


def missing_from(mapping: Iterable[str]) -> list[str]:
    """Return what a table needs and lacks."""
    found = set(mapping)
    return [what for what, ours in _NEEDED.items() if not set(ours) & found]


def _add_known(
    parts: dict[str, tuple[Part, ...]], names: Sequence[str], left_out: set[str]
) -> None:
    theirs: dict[str, str] = {}
    twice: dict[str, str] = {}
    for name in names:
        if plain(name) in theirs:
            twice[theirs[plain(name)]] = name
        theirs.setdefault(plain(name), name)
    taken = Mapping(parts).taken_names()
    for ours, known in KNOWN.items():
        found = [
            theirs[each]
            for each in map(plain, known.split())
            if each in theirs and theirs[each] not in taken
        ]
        if ours in parts or ours in left_out or not found:
            continue
        chosen = found if ours == _TAKES_ALL else found[:1]
        if chosen[0] in twice:
            what = f"{chosen[0]!r} and {twice[chosen[0]]!r} may both be {ours}"
            raise file_refused("unusable_columns", what)
        parts[ours] = tuple(Column((name,)) for name in chosen)
        taken.update(chosen)


class _Finder:
    """Finds what a mapping refers to in a table."""

    def __init__(self, names: Sequence[str], path: str, rows: AllRows | None):
        self._names = names
        self._path = path
        self._rows = rows

    def parts(self, ours: str, value: Any) -> tuple[Part, ...]:
        """Return the parts for a value of a mapping, or raise FileRefused."""
        if isinstance(value, list):
            return tuple(part for each in value for part in self.parts(ours, each))
        if isinstance(value, str):
            return (self._column(ours, value),)
        ((kind, said),) = value.items()
        if kind == "value":
            return (Constant(str(said)),)
        if kind == "file":
            found = re.search(said, os.path.basename(self._path))
            if not found:
                raise self._refused(ours, f"the file's name has nothing like {said!r}")
            return (Constant(found[1] if found.re.groups else found[0]),)
        if kind == "folder":
            return (Constant(_folder_of(self._path, said) or "table"),)
        if kind == "words_of":
            return self._words_of(ours, said)
        name = self._rows.only_value(said) if self._rows else None
        name = name[0] if isinstance(name, list) and name else name
        if not isinstance(name, str):
            raise self._refused(ours, f"{said} does not name one column in all rows")
        return (self._column(ours, name),)

    def _words_of(self, ours: str, said: dict[str, str]) -> tuple[Part, ...]:
        """Return what a pattern finds in a column, if it is the same in all rows."""
        column = self._column(ours, said["column"])
        words = self._rows.only_words(column, said["like"]) if self._rows else None
        if not words:
            what = f"{column} has nothing like {said['like']!r}, or not the same"
            raise self._refused(ours, f"{what} in all rows")
        return (Constant(words),)

    def parts_or_none(self, ours: str, value: Any) -> tuple[Part, ...] | None:
        """Return the parts for a preset, whose columns may be missing: None without
        them.

        Of a list of columns the first must exist.
        """
        first, *more = value if isinstance(value, list) else [value]
        try:
            found = self.parts(ours, first)
        except FileRefused:
            return None
        for each in more:
            more_parts = self.parts_or_none(ours, each) or ()
            # A folder and a file in it may have the same name.
            found += tuple(part for part in more_parts if not _is_among(part, found))
        return found

    def _column(self, ours: str, name: str) -> Column:
        if name in self._names:
            return Column((name,))
        similar = [each for each in self._names if plain(each) == plain(name)]
        if len(similar) == 1:
            return Column((similar[0],))
        path = tuple(name.split("."))
        if len(path) > 1 and path[0] in self._names:
            return Column(path)
        near = difflib.get_close_matches(name, self._names)
        others = [each for each in self._names if each not in near]
        shown = ", ".join([*near, *others])[:300]
        what = f"there is no column {name!r}; the nearest are: {shown}"
        raise self._refused(ours, what)

    def _refused(self, ours: str, what: str) -> FileRefused:
        return file_refused("unusable_columns", f"{ours}: {what}")


def _is_among(part: Part, parts: Iterable[Part]) -> bool:
    """Say whether the same constant is already among the parts."""
    texts = [each.text.lower() for each in parts if isinstance(each, Constant)]
    return isinstance(part, Constant) and part.text.lower() in texts


def column_names_for(
    ours: str, columns: dict[str, Any], names: Iterable[str]
) -> list[str] | None:
    """Return the columns from which one of ours is taken: as `columns` say, or by its name.

    An empty list if it is the same in all rows; None if no column has it.
    """
    if ours in columns:
        value = columns[ours]
        if value is None:
            return None
        each = value if isinstance(value, list) else [value]
        return each if all(isinstance(one, str) for one in each) else []
    said = [
        each
        for value in columns.values()
        for each in (value if isinstance(value, list) else [value])
        if isinstance(each, str)
    ]
    left = {plain(name): name for name in set(names).difference(said)}
    found = [left[each] for each in map(plain, KNOWN[ours].split()) if each in left]
    return found[:1] or None


def columns_named(wanted: Iterable[str], names: Sequence[str]) -> list[Column]:
    """Return the columns, or fields inside columns, that exist."""
    finder = _Finder(names, "", None)
    found = [finder.parts_or_none("benchmark", each) or () for each in wanted]
    return [part for parts in found for part in parts]


def taken_of_path(values: Iterable[Any], path: str) -> list[str]:
    """Return the parts of a path that a mapping takes as values."""
    found = []
    for value in values:
        if isinstance(value, list):
            found += taken_of_path(value, path)
        elif isinstance(value, dict) and "file" in value:
            found.append(os.path.basename(path))
        elif isinstance(value, dict) and "folder" in value:
            found.append(_folder_of(path, value["folder"]))
    return found


def _folder_of(path: str, level: int) -> str:
    """Return the name of the folder that a file is in, or of one further up."""
    for _ in range(level):
        path = os.path.dirname(path)
    return os.path.basename(path)


def _unusable(
    missing: list[str], names: Sequence[str], mapping: Mapping, rows: AllRows | None
) -> FileRefused:
    """Return the refusal, with the columns that are left, the nearest names first."""
    wanted = {ours for what in missing for ours in _NEEDED[what]}
    known = [plain(name) for ours in wanted for name in KNOWN[ours].split()]
    taken = mapping.taken_names()
    left = [name for name in names if name not in taken] or list(names)

    def is_near(name: str) -> bool:
        short = plain(name)
        return _HINTS.get(short) in wanted or bool(
            difflib.get_close_matches(short, known)
        )

    inside = rows.fields_inside(left) if rows else {}
    near = []
    for name in left:
        near += [
            f"{name}.{each}"
            for each in inside.get(name, [])
            if is_near(name) or is_near(each)
        ] or ([name] if is_near(name) else [])
    others = [name for name in left if name not in near]
    shown = ", ".join([*near, *others])[:300]
    by = f" by the preset {mapping.preset}" if mapping.preset else ""
    what = f"no column is known as {' or as '.join(missing)}{by}; the nearest are: "
    what += shown
    if how := advice(names):
        what = f"{how}. Otherwise, {what}"
    return file_refused("unusable_columns", what)


def _hints(
    names: Sequence[str], mapping: Mapping, said: set[str]
) -> Iterable[tuple[str, str]]:
    """Yield columns that look as if they were meant for one of our fields.

    A known name counts even if another column is used, unless the user chose.
    """
    if mapping.preset:
        return
    known = {plain(name): ours for ours in KNOWN for name in KNOWN[ours].split()}
    taken = mapping.taken_names()
    for name in names:
        if name in taken:
            continue
        short = plain(name)
        near = difflib.get_close_matches(short, known, 1, _SIMILARITY)
        if short in _PARTS:
            yield name, "benchmark"
            continue
        ours = _HINTS.get(short) or (known[near[0]] if near else _hinted(name))
        if ours and (ours not in mapping or (short in known and ours not in said)):
            yield name, ours


def _hinted(name: str) -> str | None:
    words = re.split("[^a-z]+", name.lower())
    return next(filter(None, map(_HINTING_WORDS.get, words)), None)
