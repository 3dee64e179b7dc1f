"""Open a warehouse for reading, whatever its file is called.

DuckDB names a database after its file, so that in raw.duckdb the name `raw` is
ambiguous, and it reads a backslash in a path as a slash. So a warehouse is attached
under our own name, and one with a backslash through a link without.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator

import duckdb


def open_read_only(path: str | os.PathLike[str]) -> duckdb.DuckDBPyConnection:
    """Open a warehouse as the database `warehouse`; raise duckdb.Error."""
    path = os.path.abspath(path)
    connection = duckdb.connect(config={"temp_directory": f"{path}.tmp"})
    try:
        with plain_path(path) as link:
            quoted = link.replace("'", "''")
            connection.execute(f"attach '{quoted}' as warehouse (read_only)")
        connection.execute("use warehouse")
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def plain_path(path: str) -> Iterator[str]:
    """Yield the path, or that of a link to it that DuckDB can open."""
    if "\\" not in path:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="evalhouse-") as folder:
        link = os.path.join(folder, "link")
        os.symlink(path, link)
        yield link
