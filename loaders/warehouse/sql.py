"""DuckDB helpers: transactions, names and errors."""

import contextlib
import os
from collections.abc import Iterator

import duckdb

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


# How DuckDB's messages begin if a file is damaged or not a database.
_DAMAGES = (
    "Corrupt database file",
    "Could not read enough bytes",
    "Could not read from file",
    "Failed to deserialize",
    "Failed to load metadata pointer",
    "INTERNAL Error",
    "Invalid block id",
    "Serialization Error",
    "The file is not a valid DuckDB",
)


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
    reason = str(error).splitlines()[0]
    if is_damage(error):
        what = (
            "the file is damaged or cut short; restore a copy or load the files again"
        )
        return f"{reason}; {what}"
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"{reason}; there is too little memory: free some and run this again"
    return f"{reason}; {remedy(reason)} and run this again"


def is_damage(error: duckdb.Error) -> bool:
    """Return whether DuckDB found a file that is damaged or cut short."""
    text = str(error)
    kinds = (
        duckdb.SerializationException,
        duckdb.InternalException,
        duckdb.FatalException,
    )
    return isinstance(error, kinds) or any(each in text for each in _DAMAGES)


def path_text(path: str) -> str:
    """Return a path as UTF-8 can hold it; other bytes are shown as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def quoted(name: str) -> str:
    """Return a (qualified) name as an SQL identifier."""
    parts = [part.replace('"', '""') for part in name.split(".")]
    return ".".join(f'"{part}"' for part in parts)


def literal(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
