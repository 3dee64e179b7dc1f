"""The value of each of our fields in a row of a table, as SQL."""

import json
import re
from dataclasses import dataclass

from loaders.contract.records import file_refused
from loaders.table.attempts import CODES, ESCAPES, NUMBERS, SKIPS_EMPTY, TEXTS
from loaders.table.mapping import Column, Mapping, Part
from loaders.table.opened import DURATIONS, Opened, literal

_DOUBLES = {"FLOAT", "DOUBLE", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT"}
_DOUBLES |= {"USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT"}
_TIMES = {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_TIMES |= {"TIMESTAMP WITH TIME ZONE"}
# With more columns than this, an object is made in one expression.
_MANY = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a row as SQL, and its kind."""

    expression: str
    # text, double, boolean or time
    kind: str = "text"


def cell(
    opened: Opened, ours: str, parts: tuple[Part, ...], decimal: str | None
) -> Cell:
    """Return the value of one of our fields; in numbers `decimal` is the decimal sign."""
    if len(parts) == 1 and isinstance(parts[0], Column):
        column = parts[0]
        type_ = opened.type_of(column)
        if opened.is_nested_type(column):
            if ours in TEXTS:
                what = f"{ours}: the column {column} holds lists or objects"
                raise file_refused("unusable_columns", what)
            return Cell(opened.text(column))
        if type_ in _DOUBLES or type_.startswith("DECIMAL"):
            return Cell(opened.native(column), "double")
        if type_ == "BOOLEAN":
            return Cell(opened.native(column), "boolean")
        if type_ in _TIMES:
            return Cell(opened.native(column), "time")
        if type_ == "INTERVAL" and ours in DURATIONS:
            seconds = f"epoch({opened.native(column)})"
            return Cell(DURATIONS[ours].format(seconds), "double")
        if ours in NUMBERS:
            return Cell(opened.number_text(column, decimal))
        return Cell(opened.text(column))
    texts = [
        opened.text(part) if isinstance(part, Column) else literal(part.text)
        for part in parts
    ]
    if len(texts) == 1:
        return Cell(texts[0])
    any_ = ", ".join(f"nullif({text}, '')" for text in texts)
    if ours in SKIPS_EMPTY:
        return Cell(f"nullif(concat_ws('/', {any_}), '')")
    if ours in ESCAPES:
        *before, last = texts
        texts = [*map(_escaped, before), last]
    joined = " || '/' || ".join(f"coalesce({text}, '')" for text in texts)
    return Cell(f"case when coalesce({any_}) is not null then {joined} end")


def _escaped(text: str) -> str:
    for sign, code in CODES.items():
        text = f"replace({text}, {literal(sign)}, {literal(code)})"
    return text


def attributes(opened: Opened, mapping: Mapping) -> str:
    """Return the JSON object of all columns that are not one of our fields."""
    # The text of an error says more than the status derived from it.
    taken = mapping.taken_names(but=("status", "error"))
    names = sorted(set(opened.names) - taken)
    if not names:
        return "cast(null as varchar)"
    keys = [literal(_as_json(name) + ":") for name in names]
    if len(names) > _MANY:
        members = opened.members(names, keys)
    else:
        values = map(opened.json, names)
        pieces = [f"{key} || {each}" for key, each in zip(keys, values, strict=True)]
        members = f"concat_ws(',', {', '.join(pieces)})"
    return f"nullif(concat('{{', {members}, '}}'), '{{}}')"


def _as_json(name: str) -> str:
    """Return a name as DuckDB escapes it in JSON: with upper-case hex digits."""
    written = json.dumps(name, ensure_ascii=False)
    return re.sub(
        r"\\u00[01].", lambda found: found[0][:4] + found[0][4:].upper(), written
    )
