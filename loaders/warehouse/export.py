"""`python -m loaders export DIR`: every view, or raw table, as a Parquet file."""

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb

from common.command_line import add_warehouse
from common.files import drop_parts, written_whole
from common.names import nearest, printable
from common.stopping import on_stop
from common.warehouse import explained, open_read_only
from loaders.warehouse.raw_export import export_raw
from loaders.warehouse.sql import literal

_COMMENTS = """
select table_name, comment from duckdb_tables() where schema_name = 'main'
union all
select view_name, comment from duckdb_views() where schema_name = 'main' and not internal
order by all
"""
_COLUMNS = """
select column_name, data_type, comment
from duckdb_columns()
where schema_name = 'main' and table_name = ?
order by column_index
"""


class CannotRead(Exception):
    """The views cannot be read; the message gives the reason and what to do."""


def open_views(path: str) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for reading or raise CannotRead."""
    if not os.path.isfile(path):
        raise CannotRead(
            f"{path}: no such warehouse. Load files first: python -m loaders PATH..., "
            "then refresh the views: dbt build"
        )
    try:
        return open_read_only(path)
    except duckdb.Error as error:
        raise CannotRead(f"{path}: {explained(error)}") from error


def views(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return every view with its comment."""
    rows = connection.execute(_COMMENTS).fetchall()
    if not any(name == "attempts" for name, _ in rows):
        raise CannotRead("the warehouse has no views yet. Build them: dbt build")
    return {name: " ".join((comment or "").split()) for name, comment in rows}


def columns(
    connection: duckdb.DuckDBPyConnection, view: str
) -> list[tuple[str, str, str]]:
    """Return the columns of a view: name, type and meaning."""
    rows = connection.execute(_COLUMNS, [view]).fetchall()
    return [
        (name, type_, " ".join((comment or "").split()))
        for name, type_, comment in rows
    ]


def export(
    connection: duckdb.DuckDBPyConnection, folder: Path, names: Iterable[str]
) -> Iterable[tuple[Path, int]]:
    """Write each view to a file atomically; yield its path and number of rows.

    The comments are metadata of the file: `comment`, and `columns` as JSON.
    """
    said = views(connection)
    for name in names:
        if name not in said:
            raise CannotRead(
                f"{name}: no such view. Did you mean {nearest(name, said)}? "
                "They are listed in the view `views`"
            )
    for name in list(names) or list(said):
        meanings = {column: text for column, _, text in columns(connection, name)}
        path = folder / f"{name}.parquet"
        with written_whole(path) as part:
            (count,) = connection.execute(
                f"copy (from {_quoted(name)}) to {literal(str(part))} "
                "(format parquet, compression zstd, kv_metadata {"
                f"comment: {literal(said[name])}, "
                f"columns: {literal(json.dumps(meanings, ensure_ascii=False))}}})"
            ).fetchall()[0]
        yield path, count


def _check_folder(folder: Path) -> None:
    try:
        str(folder.absolute()).encode()
    except UnicodeEncodeError:
        raise CannotRead(
            f"{folder}: DuckDB takes no name that is not UTF-8; name another folder"
        ) from None


def _quoted(name: str) -> str:
    """Return a name as an SQL identifier, dots and all."""
    return '"' + name.replace('"', '""') + '"'


def _part(name: str) -> str:
    """Return the name of a part, safe in a path on any cluster."""
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise argparse.ArgumentTypeError("letters, digits, - and _ only")
    return name


def main(arguments: list[str]) -> int:
    """Write the files, print their paths; 0 all written, 2 not."""
    parser = argparse.ArgumentParser(
        prog="python -m loaders export",
        description="Write every view as a Parquet file, with the meaning of the view "
        "and of its columns as metadata. Files of the same name are replaced. With --raw "
        "the raw tables instead, from which another engine builds the views.",
        epilog="example: python -m loaders export parquet/ --db evalhouse.duckdb",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to")
    parser.add_argument(
        "--view",
        action="append",
        default=[],
        metavar="NAME",
        help="only this one; may be repeated",
    )
    parser.add_argument(
        "--raw",
        action="store_true",
        help="the raw tables, for `dbt build --target spark` or `sail`; see "
        "docs/engine.md",
    )
    parser.add_argument(
        "--part",
        type=_part,
        metavar="NAME",
        default="all",
        help="with --raw, of several warehouses that are written to one DIR: the name "
        "of this one's files (default: all)",
    )
    add_warehouse(parser)
    options = parser.parse_args(arguments)
    if options.raw and options.view:
        parser.error("--raw writes all raw tables, so it takes no --view")
    try:
        _check_folder(options.folder)
        options.folder.mkdir(parents=True, exist_ok=True)
        on_stop(lambda: drop_parts(options.folder))
        with open_views(options.db) as connection:
            if options.raw:
                written = export_raw(options.db, options.folder, options.part)
            else:
                written = export(connection, options.folder, options.view)
            for path, count in written:
                print(printable(f"{path}: {count:,} rows"))
    except (CannotRead, duckdb.Error, MemoryError, OSError) as error:
        print(printable(explained(error)), file=sys.stderr)
        return 2
    return 0
