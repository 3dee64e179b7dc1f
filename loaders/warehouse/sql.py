"""Transactions, names and errors: small things about DuckDB."""

import contextlib
import os
from collections.abc import Iterator

import duckdb

from loaders.warehouse.publish import WarehouseError, remedy


@contextlib.contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # a fatal one has ended it already
            connection.execute("rollback")
        raise


@contextlib.contextmanager
def as_warehouse_error(path: str) -> Iterator[None]:
    """Turn an error of DuckDB, such as a full disk, into a WarehouseError."""
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise WarehouseError(
            f"{path} is unchanged, because DuckDB could not go on: {reason}; "
            f"{remedy(reason)} and run this again"
        ) from error


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
