"""Files that are written atomically."""

import multiprocessing
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from common.stopping import on_stop

# What DuckDB misreads in a path: a backslash is a slash to it, and it puts a log before
# a question mark. The others are bytes that are no UTF-8, which it does not take.
_MISREAD = re.compile("[\\\\?\udc80-\udcff]")


def plain_name(name: str) -> str:
    """Return a name with `_` for what DuckDB misreads in a path or does not take."""
    return _MISREAD.sub("_", name)


def why_misread(folder: str) -> str | None:
    """Return why DuckDB cannot have a database in a folder; None if it can."""
    if plain_name(folder) == folder:
        return None
    return (
        f"{folder}: DuckDB misreads `\\` and `?` in the name of a folder, and takes no "
        "name that is not UTF-8"
    )


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a path to write to, which replaces `path` at the end.

    Until then, and after an error, `path` is unchanged. Anything that is not a file,
    such as /dev/stdout, is written to directly.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    path = path.resolve()  # a link stays one
    part = path.with_name(f".{plain_name(path.name)}{_suffix_of_parts()}")
    on_stop(partial(drop_parts, path.parent))
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def drop_parts(folder: Path) -> str:
    """Remove the files that this command has begun to write; say what is left."""
    for part in folder.glob(f".*{_suffix_of_parts()}"):
        part.unlink(missing_ok=True)
    return "the files named above are written"


def _suffix_of_parts() -> str:
    """Return the suffix of this command's partial files, whichever process writes."""
    parent = multiprocessing.parent_process()
    return f".{parent.pid if parent else os.getpid()}.part"
