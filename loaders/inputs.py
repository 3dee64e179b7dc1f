"""Which files a command line names."""

import glob
import os
from collections.abc import Iterable

from loaders.contract.files import InputFile

# The warehouse and its log are often beside the data.
_WAREHOUSE_SUFFIXES = (".duckdb", ".duckdb.wal")


def find(names: Iterable[str]) -> list[InputFile]:
    """Return the files that the names stand for, each once, in order.

    A name is a file, a folder or a glob. Raises FileNotFoundError when one stands for
    nothing.
    """
    found = {}
    for name in names:
        paths = (
            [name] if os.path.lexists(name) else sorted(glob.glob(name, recursive=True))
        )
        if not paths:
            raise FileNotFoundError(f"{name}: there is no such file, folder or match")
        for path in paths:
            is_folder = os.path.isdir(path)
            for file in _inside(path) if is_folder else [path]:
                real_path = os.path.realpath(file)
                named = InputFile(file, real_path, not is_folder)
                # Of the names of one file the one that says that it is data counts: a
                # store keeps it under a name that says nothing, with a link to it.
                first = found.setdefault(real_path, named)
                if named.is_meant and not first.is_meant:
                    found[real_path] = named
    return list(found.values())


def _inside(folder: str) -> list[str]:
    """Return the files inside a folder, sorted, without the hidden ones."""
    # A folder that cannot be read is kept, to be refused like an unreadable file.
    inside = []
    walk = os.walk(folder, onerror=lambda error: inside.append(error.filename))
    for parent, folders, files in walk:
        # Links to folders are not followed, so that no loop can trap the walk.
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside += [
            os.path.join(parent, name)
            for name in files + links
            if not name.startswith(".") and not name.endswith(_WAREHOUSE_SUFFIXES)
        ]
    return sorted(inside)
