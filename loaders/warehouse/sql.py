"""DuckDB helpers: transactions, names and errors."""

import contextlib
from collections.abc import Iterator

import duckdb

from common.warehouse import first_line, remedied
from loaders.warehouse.publish import WarehouseError, remedy

# What DuckDB may hold while files are loaded. A file of a million duplicates then spills
# to disk instead of taking gigabytes.
MEMORY_LIMIT_MB = 130


@contextlib.contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin")
    try:
        yield
        _commit(connection)
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # a fatal one has ended it already
            connection.execute("rollback")
        raise


def _commit(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("commit")
    except duckdb.TransactionException as error:
        # The limit that DuckDB was given; other reasons are the disk's.
        if "used)" in str(error):
            raise duckdb.OutOfMemoryException(str(error)) from None
        raise


@contextlib.contextmanager
def as_warehouse_error(path: str) -> Iterator[None]:
    """Turn an error of DuckDB, such as a full disk, into a WarehouseError."""
    try:
        yield
    except duckdb.Error as error:
        raise WarehouseError(
            f"{path} is unchanged, because DuckDB could not go on: {advice(error)}"
        ) from error


def advice(error: duckdb.Error) -> str:
    """Return DuckDB's message in one line, and what to do about it."""
    known = remedied(error)
    if known:
        return known
    reason = first_line(error)
    return f"{reason}; {remedy(reason)} and run this again"


def quoted(name: str) -> str:
    """Return a (qualified) name as an SQL identifier."""
    parts = [part.replace('"', '""') for part in name.split(".")]
    return ".".join(f'"{part}"' for part in parts)


def literal(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
