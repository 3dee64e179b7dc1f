"""The schema raw: its tables are created if missing, and filled."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence

import duckdb
import nanoarrow
from nanoarrow.c_array_stream import CArrayStream

from loaders.contract.arrow import ColumnBuffers, Constant
from loaders.contract.columns import FILE_ID, Column, RawTable
from loaders.formats import FORMATS
from loaders.warehouse.long_rows import Last, LongRows, check
from loaders.warehouse.sql import MEMORY_LIMIT_MB, literal, quoted, transaction
from loaders.warehouse.tables import TABLES

# A row group is held in memory until it is full; the default is 122,880 rows.
_ROW_GROUP_SIZE = 16_384
# Size of the rows that wait to be inserted together.
_WAITING_BYTES = 16_000_000
# DuckDB takes this many rows at a time; checking JSON takes up to 25 times their bytes.
_VECTOR_ROWS, _CHECKED_BYTES = 2_048, 2_000_000


def open_for_loading(path: str) -> duckdb.DuckDBPyConnection:
    """Open a database so that a load of any length takes the same memory."""
    connection = duckdb.connect(
        config={
            "memory_limit": f"{MEMORY_LIMIT_MB}MB",
            "temp_directory": f"{path}.tmp",
        }
    )
    connection.execute(
        f"attach {literal(path)} as warehouse (row_group_size {_ROW_GROUP_SIZE})"
    )
    connection.execute("use warehouse")
    return connection


def ensure_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema raw, and any of its tables and columns that are missing.

    A table of an older loader is renamed if it has another name now. Rows are inserted
    by position, so it is rebuilt if a new column is not the last.
    """
    statements = []
    for table in raw_tables():
        found = existing(connection, table)
        if found is None:
            statements += _creation(table)
            continue
        name, columns = found
        if name != table.name:
            statements.append(_renaming(table))
        wanted = [column.name for column in (FILE_ID, *table.columns)]
        added = [column for column in table.columns if column.name not in columns]
        for column in added:
            statements += _addition(table, column)
            columns.append(column.name)
        if [name for name in columns if name in wanted] != wanted:
            statements += _reordering(table)
    if statements:
        # In one transaction, because each transaction waits for the disk.
        with transaction(connection):
            connection.execute(
                "; ".join(["create schema if not exists raw", *statements])
            )


def existing(
    connection: duckdb.DuckDBPyConnection, table: RawTable
) -> tuple[str, list[str]] | None:
    """Return the name that a table has in this warehouse, and its columns.

    duckdb_columns() has them too, but searches all system views first, which takes
    longer than creating a dozen tables.
    """
    for name in filter(None, (table.name, table.former_name)):
        with contextlib.suppress(duckdb.CatalogException):
            found = connection.execute(f"from {quoted(name)} limit 0")
            return name, [column for column, *_ in found.description]
    return None


def raw_tables() -> list[RawTable]:
    """Return each raw table once, though formats may share one."""
    filled = [table for each in FORMATS.values() for table in each.tables]
    return list({table.name: table for table in (*TABLES, *filled)}.values())


def _renaming(table: RawTable) -> str:
    _, _, name = table.name.partition(".")
    return f"alter table {quoted(table.former_name)} rename to {quoted(name)}"


def _creation(table: RawTable) -> Iterator[str]:
    """Yield the statements that create a table and its comments."""
    columns = (FILE_ID, *table.columns)
    typed = ", ".join(f"{quoted(column.name)} {column.type}" for column in columns)
    yield f"create table {quoted(table.name)} ({typed})"
    yield f"comment on table {quoted(table.name)} is {literal(table.comment)}"
    for column in columns:
        yield _comment(table, column)


def _addition(table: RawTable, column: Column) -> Iterator[str]:
    """Yield the statements that add a column to a table of an older loader."""
    added = f"{quoted(column.name)} {column.type}"
    yield f"alter table {quoted(table.name)} add column {added}"
    yield _comment(table, column)


def _reordering(table: RawTable) -> Iterator[str]:
    """Yield the statements that rebuild a table with its columns in order."""
    schema, _, name = table.name.partition(".")
    old = f"{name}_in_another_order"
    columns = ", ".join(quoted(column.name) for column in (FILE_ID, *table.columns))
    yield f"alter table {quoted(table.name)} rename to {quoted(old)}"
    yield from _creation(table)
    yield (
        f"insert into {quoted(table.name)} ({columns}) "
        f"select {columns} from {quoted(f'{schema}.{old}')}"
    )
    yield f"drop table {quoted(f'{schema}.{old}')}"


def _comment(table: RawTable, column: Column) -> str:
    name = f"{quoted(table.name)}.{quoted(column.name)}"
    return f"comment on column {name} is {literal(column.description)}"


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    file_id: str,
    *pieces: ColumnBuffers,
) -> None:
    _relation(connection, table, pieces, file_id).insert_into(table.name)


class Inserts:
    """Rows of a file on their way into raw tables.

    A statement takes as long as inserting a few thousand rows, so small batches are
    collected.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        file_id: str,
        packed_bytes: int | None,
        long_rows: LongRows,
    ):
        self._connection = connection
        self._file_id = file_id
        self._packed_bytes = packed_bytes
        self._long_rows = long_rows
        self._last = Last()
        self._waiting: dict[str, tuple[RawTable, list[ColumnBuffers]]] = {}
        self._byte_count = 0

    def add(self, table: RawTable, rows: ColumnBuffers) -> None:
        _, pieces = self._waiting.setdefault(table.name, (table, []))
        pieces.append(rows)
        byte_count = rows.byte_count
        last_bytes = self._last.add(table.name, len(rows), byte_count)
        if self._packed_bytes is not None:
            check(self._packed_bytes, last_bytes)
        self._long_rows.add(table.name, len(rows), byte_count)
        self._byte_count += byte_count
        if self._byte_count >= _WAITING_BYTES:
            self.finish()

    def finish(self) -> None:
        """Insert the collected rows."""
        for table, pieces in self._waiting.values():
            insert_rows(self._connection, table, self._file_id, *pieces)
        self._waiting.clear()
        self._byte_count = 0


def insert_rows_of_files(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    rows: list[tuple],
    long_rows: LongRows,
) -> None:
    """Insert rows of several files; the first value of each is its file_id."""
    whole = RawTable(table.name, (), "", (FILE_ID, *table.columns))
    columns = ColumnBuffers.of(whole.types.values(), zip(*rows, strict=True))
    long_rows.add(table.name, len(columns), columns.byte_count)
    _relation(connection, whole, [columns]).insert_into(table.name)


def _relation(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    pieces: Sequence[ColumnBuffers],
    *first: str,
) -> duckdb.DuckDBPyRelation:
    """Return rows as a relation, with the values that all of them share in front."""
    constants = {}
    for at, name in enumerate(table.types):
        value = pieces[0].buffers[at]
        if isinstance(value, Constant) and all(
            piece.buffers[at] == value for piece in pieces
        ):
            constants[name] = value.value
    structs = []
    for piece in pieces:
        arrays = {
            name: piece.array(at)
            for at, name in enumerate(table.types)
            if name not in constants
        }
        schema = nanoarrow.struct({name: each.schema for name, each in arrays.items()})
        most = max(1, len(piece) * _CHECKED_BYTES // (piece.byte_count + 1))
        if most >= _VECTOR_ROWS:
            # Row groups that are filled at once take a fourth less than others.
            most = _ROW_GROUP_SIZE
        for start in range(0, len(piece), most):
            end = min(len(piece), start + most)
            children = [each[start:end] for each in arrays.values()]
            structs.append(
                nanoarrow.c_array_from_buffers(
                    schema, end - start, [None], children=children
                )
            )
    stream = CArrayStream.from_c_arrays(structs, structs[0].schema)
    # Not connection.register(), which keeps every batch until the transaction ends.
    return connection.from_arrow(nanoarrow.ArrayStream(stream)).select(
        *map(duckdb.ConstantExpression, first),
        *(
            duckdb.ConstantExpression(constants[name])
            if name in constants
            else duckdb.ColumnExpression(name)
            for name in table.types
        ),
    )


def create_temporary(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]
) -> None:
    """Create an empty temporary table, unless it is there.

    Never by `as select ... limit 0`: DuckDB 2.0 loses rows that many threads insert
    into such a table in the same transaction.
    """
    typed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
    connection.execute(f"create temp table if not exists {quoted(name)} ({typed})")
