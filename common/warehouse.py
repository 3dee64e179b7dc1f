"""Open a warehouse for reading, whatever its file is called, or say why it fails.

DuckDB names a database after its file, so that in raw.duckdb the name `raw` is
ambiguous, it reads a backslash in a path as a slash, and takes no name that is not
UTF-8. So a warehouse is attached under our own name, and one with such a path through
a link without.
"""

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterator

import duckdb

from common.files import plain_name

_RESTORE = "the file is damaged or cut short; restore a copy or load the files again"
_FREE = "there is too little memory: free some and run this again"
_MOVE = "move it away, or name another warehouse with --db FILE or EVALHOUSE_DB"
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
_NO_DATABASE = ("not a valid DuckDB database file", "Cannot open encrypted database")
# How DuckDB says that a disk is full, in JSON if it was writing several parts at once.
_WHY = "|".join(map(os.strerror, (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)))
_FULL = re.compile(rf'file \\?"(?P<file>[^"]+?)\\?": (?P<why>{_WHY})')
_KINDS = (
    duckdb.SerializationException,
    duckdb.InternalException,
    duckdb.FatalException,
)


def open_read_only(path: str | os.PathLike[str]) -> duckdb.DuckDBPyConnection:
    """Open a warehouse as the database `warehouse`; raise duckdb.Error."""
    path = os.path.abspath(path)
    connection = duckdb.connect(config={"temp_directory": _place_for_more(path)})
    try:
        with plain_path(path) as link:
            quoted = link.replace("'", "''")
            # Of another kind of database DuckDB would download the extension.
            connection.execute(
                f"attach '{quoted}' as warehouse (read_only, type duckdb)"
            )
        connection.execute("use warehouse")
    except BaseException:
        connection.close()
        raise
    return connection


def _place_for_more(path: str) -> str:
    """Return the folder for what does not fit into memory: beside the file, or with
    other temporary files if DuckDB does not take that name.
    """
    folder, name = os.path.split(path)
    is_plain = plain_name(folder) == folder
    return os.path.join(
        folder if is_plain else tempfile.gettempdir(), f"{plain_name(name)}.tmp"
    )


@contextlib.contextmanager
def plain_path(path: str) -> Iterator[str]:
    """Yield the path, or that of a link to it that DuckDB can open."""
    # At a `?` only the log is misplaced, and a reader writes none.
    taken = path.replace("?", "")
    if plain_name(taken) == taken:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="evalhouse-") as folder:
        link = os.path.join(folder, "link")
        os.symlink(path, link)
        yield link


def is_damage(error: BaseException) -> bool:
    """Return whether DuckDB found a file that is damaged or cut short."""
    if not isinstance(error, duckdb.Error):
        return False
    text = str(error)
    return isinstance(error, _KINDS) or any(each in text for each in _DAMAGES)


def remedied(error: BaseException) -> str | None:
    """Return DuckDB's message with what to do if the file is damaged or no database, or
    if there is too little memory or room on a disk; None for any other error.
    """
    if isinstance(error, duckdb.Error) and any(
        each in str(error) for each in _NO_DATABASE
    ):
        return f"{first_line(error)}; {_MOVE}"
    if isinstance(error, duckdb.Error) and (full := _FULL.search(str(error))):
        return f"{full['file']}: {full['why']}; make room there and run this again"
    if is_damage(error):
        return f"{first_line(error)}; {_RESTORE}"
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"{first_line(error)}; {_FREE}"
    if isinstance(error, MemoryError):
        return _FREE
    return None


def explained(error: BaseException) -> str:
    """Return the first line of a message, and what to do where that is known."""
    return remedied(error) or first_line(error)


def first_line(error: BaseException) -> str:
    """Return a message without DuckDB's excerpt of the query."""
    return next(iter(str(error).splitlines()), "")
