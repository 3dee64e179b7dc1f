"""`python -m loaders export --raw DIR`: the raw tables, for a build on another engine.

DIR gets a folder per table with a Parquet file in it, named after the part. The part's
manifest, DIR/manifest/<part>.json, is removed first and written last: without it, or
where it says another size, the build refuses the export
(macros/dialect/raw_tables.sql).
"""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from common.files import written_whole
from common.warehouse import open_read_only
from loaders.contract.columns import FILE_ID, RawTable
from loaders.warehouse.schema import existing, raw_tables
from loaders.warehouse.sql import literal, quoted

# Small enough that several cores share a table of a million rows.
_ROW_GROUP_SIZE = 122_880


def export_raw(path: str, folder: Path, part: str) -> Iterator[tuple[Path, int]]:
    """Write each raw table as a file; yield its path and its rows."""
    manifest = folder / "manifest" / f"{part}.json"
    with open_read_only(path) as connection:
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.unlink(missing_ok=True)
        written = []
        for table in raw_tables():
            file = folder / table.name.removeprefix("raw.") / f"{part}.parquet"
            file.parent.mkdir(exist_ok=True)
            row_count = _write(connection, table, file)
            written.append(_entry(table, part, file, row_count))
            yield file, row_count
        with written_whole(manifest) as unfinished:
            unfinished.write_text("".join(json.dumps(each) + "\n" for each in written))
        yield manifest, len(written)


def _write(connection: duckdb.DuckDBPyConnection, table: RawTable, file: Path) -> int:
    """Write a table, with null for columns that an older loader did not have."""
    found = existing(connection, table)
    name, present = found or (table.name, [])
    columns = []
    for column in (FILE_ID, *table.columns):
        # Engines without a type for JSON read it as text.
        type_ = "varchar" if column.type == "json" else column.type
        value = quoted(column.name) if column.name in present else "null"
        columns.append(f"cast({value} as {type_}) as {quoted(column.name)}")
    rows = f"select {', '.join(columns)}"
    rows += f" from {quoted(name)}" if present else " where false"
    with written_whole(file) as unfinished:
        (count,) = connection.execute(
            f"copy ({rows}) to {literal(str(unfinished))} (format parquet, "
            f"compression zstd, row_group_size {_ROW_GROUP_SIZE})"
        ).fetchall()[0]
    return count


def _entry(table: RawTable, part: str, file: Path, row_count: int) -> dict:
    return {
        "part": part,
        "table_name": table.name.removeprefix("raw."),
        "columns": ",".join(each.name for each in (FILE_ID, *table.columns)),
        "row_count": row_count,
        "size_bytes": file.stat().st_size,
    }
