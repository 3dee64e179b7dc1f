"""`python -m loaders import --marts DIR`: views that another engine has built, as
tables.

DIR is what a build on Spark or Sail has written to $EVALHOUSE_MARTS: a folder of
Parquet files per view and, written last, `manifest` (macros/overrides/spark_marts.sql).
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from common.command_line import add_warehouse
from common.files import why_misread, written_whole
from common.names import printable
from common.warehouse import explained, open_read_only
from loaders.warehouse.sql import literal, quoted

_MANIFEST = "select view_name, row_count, description, columns from {} order by all"
_AGAIN = "build again with EVALHOUSE_MARTS set to a new folder"


class CannotImport(Exception):
    """The folder cannot be imported; the message gives the reason and what to do."""


def import_marts(folder: Path, path: Path) -> Iterator[tuple[str, int]]:
    """Write the views as tables to a new warehouse; yield each name and number of rows."""
    _refuse_others(path)
    manifest = _files(folder / "manifest")
    if not manifest:
        raise CannotImport(
            f"{folder}/manifest: no manifest, so the views are not here or were not "
            f"all written; {_AGAIN}"
        )
    with written_whole(path) as part, duckdb.connect(part) as connection:
        # Spark's timestamps are instants.
        connection.execute("set timezone = 'UTC'")
        rows = connection.execute(_MANIFEST.format(_parquet(manifest))).fetchall()
        for name, row_count, description, definitions in rows:
            columns = json.loads(definitions)
            count = _import_view(connection, name, folder / name, columns)
            if count != row_count:
                raise CannotImport(
                    f"{folder / name}: {count:,} rows are here, and the manifest says "
                    f"{row_count:,}; {_AGAIN}"
                )
            _describe(connection, name, description, columns)
            yield name, count


def _refuse_others(path: Path) -> None:
    """Raise CannotImport if there is a file that no import has written."""
    if why := why_misread(str(path.parent)):
        raise CannotImport(f"{why}; name a warehouse in another one")
    if not path.exists():
        return
    if not path.is_file():
        raise CannotImport(f"{path} is not a file; name another warehouse")
    with open_read_only(path) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall()
    if ("main", "views") not in tables or any(each[0] != "main" for each in tables):
        raise CannotImport(
            f"{path}: an import would replace this file, which no import has written; "
            "name another: --db FILE"
        )


def _import_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    folder: Path,
    columns: dict[str, list[str]],
) -> int:
    """Create a table from a view's files; return its number of rows."""
    files = _files(folder)
    # An engine may write no file if there are no rows.
    rows, here = "where false", list(columns)
    if files:
        rows = f"from {_parquet(files)}"
        connection.execute(f"{rows} limit 0")
        here = [column for column, *_ in connection.description]
    for odd in sorted(set(here) ^ set(columns)):
        raise CannotImport(
            f"{folder}: the column {odd} is in the files or in the manifest only; {_AGAIN}"
        )
    values = ", ".join(
        f"cast({quoted(column) if files else 'null'} as {columns[column][0]}) "
        f"as {quoted(column)}"
        for column in here
    )
    (count,) = connection.execute(
        f"create table {quoted(name)} as select {values} {rows}"
    ).fetchall()[0]
    return count


def _describe(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    description: str,
    columns: dict[str, list[str]],
) -> None:
    connection.execute(f"comment on table {quoted(name)} is {literal(description)}")
    for column, (_, meaning) in columns.items():
        connection.execute(
            f"comment on column {quoted(name)}.{quoted(column)} is {literal(meaning)}"
        )


def _files(folder: Path) -> list[str]:
    """Return the Parquet files of a folder; other files of the engines are hidden."""
    return sorted(
        str(path) for path in folder.glob("*.parquet") if path.name[0] not in "._"
    )


def _parquet(files: list[str]) -> str:
    return f"read_parquet([{', '.join(map(literal, files))}])"


def main(arguments: list[str]) -> int:
    """Write the warehouse, print its views; 0 written, 2 not."""
    parser = argparse.ArgumentParser(
        prog="python -m loaders import",
        description="Read the views that a build on Spark or Sail has written to "
        "$EVALHOUSE_MARTS into a warehouse of their own, for figures, report and SQL. "
        "One that an earlier import has written is replaced.",
        epilog="example: python -m loaders import --marts /shared/marts --db marts.duckdb",
    )
    parser.add_argument(
        "--marts", type=Path, required=True, metavar="DIR", help="what was written"
    )
    add_warehouse(parser)
    options = parser.parse_args(arguments)
    path = Path(os.path.realpath(options.db))
    try:
        for name, count in import_marts(options.marts, path):
            print(printable(f"{name}: {count:,} rows"))
    except (CannotImport, duckdb.Error, MemoryError, OSError) as error:
        print(printable(explained(error)), file=sys.stderr)
        return 2
    return 0
