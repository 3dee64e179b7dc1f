"""Values out of a record, by the declarations of a table's columns."""

import json
from collections.abc import Callable
from typing import Any

from loaders.contract.columns import EXTRA, Column, RawTable
from loaders.contract.records import RecordRefused


def row(
    table: RawTable,
    record: dict[str, Any],
    unread: list[tuple[str, RecordRefused]] | None = None,
    **given: Any,
) -> tuple:
    """Return a record as a row: the given values, and all others by path and rule.

    Values are removed from the record, and the rest becomes the column `extra`. Raises
    RecordRefused for the first column that cannot be filled; but with `unread`, which
    takes it with the column's path, a column that may be null is null then.
    """
    values = []
    for column in table.columns:
        if column.name in given:
            values.append(given[column.name])
        elif column is not EXTRA:
            try:
                values.append(take(column, record))
            except RecordRefused as refused:
                if unread is None or column.null is None:
                    raise
                unread.append((column.paths[0], refused))
                values.append(None)
    if EXTRA in table.columns:
        values.insert(table.columns.index(EXTRA), as_json(record))
    return tuple(values)


def take(
    column: Column,
    record: dict[str, Any],
    decode: Callable[[str, Any], Any] | None = None,
) -> Any:
    """Take a column's value out of a record and return it by the column's rule.

    Of several paths the first with a value counts. `decode` turns the content at a path
    into a plain value. Raises RecordRefused if a value breaks the rule (it then stays
    in the record), or if a required one is missing.
    """
    missing = null = None
    for path in column.paths:
        section, name = _section(record, path)
        if name not in section:
            names = " or ".join(column.paths)
            missing = missing or RecordRefused("missing_field", f"{names} is missing")
            continue
        value = decode(path, section[name]) if decode else section[name]
        if value is None and column.null is None:
            null = null or RecordRefused("null_field", f"{name} is null")
            continue
        if value is not None and column.rule:
            value = column.rule(name, value)
        if not column.is_copied:
            del section[name]
        if value is not None:
            return value
    if column.null is None:
        raise null or missing
    return None


def as_json(fields: dict[str, Any]) -> str | None:
    """Return fields as JSON text, None if there are none."""
    return json.dumps(fields, ensure_ascii=False, allow_nan=False) if fields else None


def _section(record: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Return the object that may have the field at a path, and the field's name."""
    *names, field = path.split("/")
    for name in names:
        record = record.get(name)
        if not isinstance(record, dict):
            return {}, field
    return record, field
