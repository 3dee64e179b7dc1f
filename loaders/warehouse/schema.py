"""The schema raw: its tables, made where they are missing, and filled."""

from collections.abc import Iterator, Mapping

import duckdb
import nanoarrow

from loaders.contract.arrow import ColumnBuffers
from loaders.contract.columns import Table
from loaders.formats import FORMATS
from loaders.warehouse.sql import literal, quoted, transaction
from loaders.warehouse.tables import FILE_COMMENTS, FILE_PATHS, FILES, QUARANTINE

# A file of a million duplicates then spills to disk instead of taking gigabytes.
_MEMORY_LIMIT = "200MB"


# A row group is held in memory until it is full; the default is 122,880 rows.
_ROW_GROUP_SIZE = 16_384


def open_for_loading(path: str) -> duckdb.DuckDBPyConnection:
    """Open a database so that a load of any length takes the same memory."""
    connection = duckdb.connect(
        config={
            "memory_limit": _MEMORY_LIMIT,
            "temp_directory": f"{path}.tmp",
        }
    )
    quoted = path.replace("'", "''")
    connection.execute(
        f"attach '{quoted}' as warehouse (row_group_size {_ROW_GROUP_SIZE})"
    )
    connection.execute("use warehouse")
    return connection


def ensure_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema raw, and those of its tables and columns that are missing."""
    statements = []
    for table in raw_tables():
        existing = _existing_columns(connection, table)
        if existing is None:
            statements += _creation(table)
            continue
        for name in table.columns:
            if name not in existing:
                statements += _addition(table, name)
    if statements:
        # In one transaction, for each one of its own waits for the disk.
        with transaction(connection):
            connection.execute(
                "; ".join(["create schema if not exists raw", *statements])
            )


def _existing_columns(
    connection: duckdb.DuckDBPyConnection, table: Table
) -> list[str] | None:
    """Return the columns of a table that is there.

    duckdb_columns() knows them too, but looks through all of its own views first,
    which takes longer than to make a dozen tables.
    """
    try:
        found = connection.execute(f"from {quoted(table.name)} limit 0")
    except duckdb.CatalogException:
        return None
    return [name for name, *_ in found.description]


def raw_tables() -> list[Table]:
    """Return each raw table once, though formats may share one."""
    filled = [table for each in FORMATS.values() for table in each.tables]
    tables = (FILES, FILE_PATHS, QUARANTINE, *filled)
    return list({table.name: table for table in tables}.values())


def _creation(table: Table) -> Iterator[str]:
    """Yield the statements that create a table and say what it holds."""
    columns = {"file_id": "varchar", **table.columns}
    typed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
    yield f"create table {quoted(table.name)} ({typed})"
    yield f"comment on table {quoted(table.name)} is {literal(table.comment)}"
    for name in columns:
        yield from _comment(table, name)


def _addition(table: Table, name: str) -> Iterator[str]:
    """Yield the statements that add a column to a table of an older loader."""
    type_ = table.columns[name]
    yield f"alter table {quoted(table.name)} add column {quoted(name)} {type_}"
    yield from _comment(table, name)


def _comment(table: Table, name: str) -> Iterator[str]:
    comment = table.column_comments.get(name) or FILE_COMMENTS.get(name)
    if comment:
        column = f"{quoted(table.name)}.{quoted(name)}"
        yield f"comment on column {column} is {literal(comment)}"


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    file_id: str,
    rows: ColumnBuffers,
) -> None:
    arrays = rows.arrays
    schemas = {
        name: array_.schema for name, array_ in zip(table.columns, arrays, strict=True)
    }
    incoming = nanoarrow.c_array_from_buffers(
        nanoarrow.struct(schemas), len(rows), [None], children=arrays
    )
    # Not connection.register(), which keeps every batch until the transaction ends.
    relation = connection.from_arrow(nanoarrow.ArrayStream(incoming))
    relation.select(
        duckdb.ConstantExpression(file_id), duckdb.StarExpression()
    ).insert_into(table.name)


def create_temporary(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]
) -> None:
    """Create an empty temporary table, unless it is there.

    Never by `as select ... limit 0`: DuckDB 2.0 loses rows that many threads insert
    into such a table in the same transaction.
    """
    typed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
    connection.execute(f"create temp table if not exists {quoted(name)} ({typed})")
