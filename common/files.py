"""Files that are written whole or not at all."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from common.stopping import on_stop


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a path to write to, which takes the place of `path` at the end.

    Until then, and after an error, `path` is what it was. What is no file, such as
    /dev/stdout, is written to as it is.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    path = path.resolve()  # a link stays one
    part = path.with_name(f".{path.name}{_suffix_of_parts()}")
    on_stop(partial(drop_parts, path.parent))
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def drop_parts(folder: Path) -> str:
    """Remove what this command has begun to write; say what it leaves."""
    for part in folder.glob(f".*{_suffix_of_parts()}"):
        part.unlink(missing_ok=True)
    return "what is named above is written"


def _suffix_of_parts() -> str:
    """Return what ends the names of this command's parts, whichever process writes."""
    parent = multiprocessing.parent_process()
    return f".{parent.pid if parent else os.getpid()}.part"
