"""What the rows of a table depend on besides its bytes, such as the file's name."""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from loaders.contract import rules, unpacked
from loaders.contract.files import OpenFile
from loaders.contract.records import FileRefused
from loaders.contract.table_options import TableOptions
from loaders.contract.visible import is_visible
from loaders.table import beginning, mapping, values
from loaders.table.opened import Opened
from loaders.table.opening import HEAD_BYTES, PARQUET, UTF16_MARKS, Table
from loaders.table.presets import PRESETS
from loaders.table.rows import Rows


class _Look(NamedTuple):
    """What identifies a table besides its bytes, as far as the table shows it."""

    names: list[str]
    # Whether a column has the benchmark, in any row.
    has_benchmark: bool


# For Parquet that is being read: opening it again takes as long as reading a small one.
_LOOKS: WeakKeyDictionary[OpenFile, _Look] = WeakKeyDictionary()


def context_of(source: OpenFile, path: str, options: TableOptions) -> str:
    """Return what the rows depend on besides the file's bytes.

    These are the user's options, the file's name or folder if a mapping takes a column
    from it, and the file's name if no column has the benchmark.
    """
    look = _LOOKS.get(source) or _look(source, options)
    columns = _columns_given(look.names, options)
    of_path = mapping.taken_of_path(columns.values(), path)
    if not look.has_benchmark:
        of_path.append(stem_of(path))
    return repr((options, of_path)) if of_path or options.is_given else ""


def look_at(
    source: OpenFile, opened: Opened, rows: Rows, options: TableOptions
) -> None:
    """Remember what context_of() needs of a table that is already open."""
    _LOOKS[source] = _look_of(opened, rows, options)


def stem_of(path: str) -> str:
    """Return the name of the benchmark where no column has one."""
    stem = rules.canonical(os.path.basename(path).split(".")[0])
    return stem if is_visible(stem) else "table"


def _look_of(opened: Opened, rows: Rows, options: TableOptions) -> _Look:
    named = _benchmark_columns(opened.names, options)
    columns = mapping.columns_named(named or (), opened.names)
    return _Look(opened.names, named == [] or rows.has_any(columns))


def _look(source: OpenFile, options: TableOptions) -> _Look:
    """Look at the beginning of a table, and at all of it only if that is not enough."""
    head = _head(source)
    # The first object may be longer than what was read.
    if found := beginning.names_of_lines(head) or beginning.first_names(head):
        columns = _benchmark_columns(found, options)
        if not columns or _has_value(head, columns, found):
            return _Look(found, has_benchmark=columns is not None)
    return _look_by_opening(source, options) or _Look(found, has_benchmark=False)


def _look_by_opening(source: OpenFile, options: TableOptions) -> _Look | None:
    import duckdb

    try:
        with duckdb.connect() as connection, Table(source, connection) as table:
            opened = table.opened()
            return _look_of(opened, Rows(connection, opened), options)
    except (FileRefused, duckdb.Error):
        return None


def _columns_given(found: list[str], options: TableOptions) -> dict[str, Any]:
    """Return the columns that a preset and the user give for our fields."""
    preset = options.preset or mapping.recognised(found)
    return dict(PRESETS[preset].columns if preset else {}) | dict(options.columns)


def _benchmark_columns(found: list[str], options: TableOptions) -> list[str] | None:
    is_preset = options.preset or mapping.recognised(found)
    known = [] if is_preset else found
    return mapping.column_names_for("benchmark", _columns_given(found, options), known)


def _head(source: OpenFile) -> str:
    """Return the beginning of a table; empty for Parquet."""
    with suppress(FileRefused):
        head = unpacked.opened(source).head(HEAD_BYTES)
        if not head.startswith(PARQUET):
            encoding = "utf-16" if head.startswith(UTF16_MARKS) else "utf-8"
            return head.decode(encoding, "replace")
    return ""


def _has_value(head: str, columns: list[str], found: list[str]) -> bool:
    """Say whether a row at the beginning has a value in one of these columns."""
    wanted = mapping.columns_named(columns, found)
    is_json = head.lstrip("\ufeff \r\n\t")[:1] in ("{", "[")
    texts = _texts_of_json(head, wanted) if is_json else _texts_of_csv(head, wanted)
    with suppress(csv.Error):
        return not all(map(values.is_missing, texts))
    return False


def _texts_of_json(head: str, wanted: list[mapping.Column]) -> Iterator[str | None]:
    """Yield the values of the first objects, or of the first one in an array."""
    for record in beginning.records_of(head):
        for column in wanted:
            value: Any = record
            for name in column.path:
                value = value.get(name) if isinstance(value, dict) else None
            yield value if value is None or isinstance(value, str) else repr(value)


def _texts_of_csv(head: str, wanted: list[mapping.Column]) -> Iterator[str]:
    header = beginning.header_of(head)
    places = {name.strip(): place for place, name in enumerate(header.names)}
    lines = io.StringIO(head, newline="")
    for _ in range(header.lines_before):
        lines.readline()
    rows = csv.reader(lines, delimiter=header.separator)
    next(rows, None)
    for row in rows:
        for column in wanted:
            place = places.get(column.path[0].strip(), len(row))
            if place < len(row):
                yield row[place]
