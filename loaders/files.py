"""Which files a command line names, and reading them so that they cannot surprise."""

import errno
import glob
import hashlib
import mmap
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Self

from loaders.records import Batch, FileRefused, file_refused

# A file with such a name, found in a folder, is meant to be loaded.
DATA_SUFFIXES = (".yaml", ".yml", ".json", ".jsonl", ".zip")
# The warehouse and its log often stand beside the data.
_WAREHOUSE_SUFFIXES = (".duckdb", ".duckdb.wal")
# A file as long as the first, of which the disk holds less than the second share, is
# holes: a copy that broke off, or a trap for who would read terabytes of zeros. File
# systems that pack come nowhere near.
_SPARSE_BYTES = 1 << 30
_SPARSE_SHARE = 0.01
# No file system in use tells times apart less well.
_TIMES_TICK_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file to load, named on the command line or found in a folder."""

    path: str
    real_path: str
    is_named: bool

    @property
    def folder(self) -> str:
        return os.path.join(os.path.dirname(self.path), "")

    @property
    def is_meant(self) -> bool:
        """Whether the user would miss it if it were passed over."""
        return self.is_named or self.path.lower().endswith(DATA_SUFFIXES)


def find(names: Iterable[str]) -> list[Found]:
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
                found.setdefault(real_path, Found(file, real_path, not is_folder))
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


@contextmanager
def open_regular(path: str) -> Iterator[BinaryIO]:
    """Open a regular file for reading; never wait for a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ENXIO:  # A socket.
            raise _not_regular() from None
        raise _unreadable(error) from None
    try:
        _check(os.fstat(descriptor))
    except FileRefused:
        os.close(descriptor)
        raise
    with open(descriptor, "rb") as file:
        yield file


def _check(state: os.stat_result) -> None:
    """Refuse what is no file, or nearly all holes."""
    if not stat.S_ISREG(state.st_mode):
        raise _not_regular()
    stored_bytes = state.st_blocks * 512
    is_long = state.st_size >= _SPARSE_BYTES
    if is_long and stored_bytes < _SPARSE_SHARE * state.st_size:
        what = f"of its {state.st_size:,} bytes the disk holds {stored_bytes:,}"
        raise file_refused("sparse_file", what)


class State(NamedTuple):
    """What differs once somebody has written to a file; times are in nanoseconds."""

    size_bytes: int
    modified_ns: int
    # Nobody can set this one back.
    changed_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def state_at(path: str) -> State | None:
    """Return the state of a regular file, None if there is none at the path."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return State.of(status) if stat.S_ISREG(status.st_mode) else None


class Source:
    """An open file, to be read from its start."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self._state_at_start = self._state()
        self._opened_ns = time.time_ns()
        self._map: mmap.mmap | None = None
        self._hash = hashlib.sha256()
        self._is_hashed = False
        self._hashing: threading.Thread | None = None

    @property
    def size_bytes(self) -> int:
        return self._state_at_start.size_bytes

    @property
    def state(self) -> State | None:
        """What the file can be known by; None so soon after it was written that another
        write may leave the same times.
        """
        state = self._state_at_start
        last_ns = max(state.modified_ns, state.changed_ns)
        return state if last_ns + _TIMES_TICK_NS < self._opened_ns else None

    def head(self, size: int) -> bytes:
        """Return the beginning of the file, wherever it is read."""
        return self._piece(size, 0)

    def read(self, size: int) -> bytes:
        return self._take(self._file.read, size)

    def readline(self, size: int) -> bytes:
        return self._take(self._file.readline, size)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, position: int) -> None:
        self._file.seek(position)

    def map(self) -> mmap.mmap:
        """Return all of the file, mapped into memory and hashed in the background.

        The hash is one call outside of Python's lock, beside whoever decodes the map.
        """
        if self._map is None:
            self._map = self._mapped(mmap.ACCESS_READ)
            if not self._is_hashed:
                self._is_hashed = True
                self._hashing = threading.Thread(
                    target=self._hash.update, args=(self._map,), daemon=True
                )
                self._hashing.start()
        return self._map

    def map_private(self) -> mmap.mmap:
        """Return another map of the file; what is written to it stays in it."""
        return self._mapped(mmap.ACCESS_COPY)

    def sha256(self) -> str:
        """Return the SHA-256 of all of the file, as hex digits."""
        if self._hashing:
            self._hashing.join()
        elif not self._is_hashed:
            at = 0
            while piece := self._piece(1 << 20, at):
                self._hash.update(piece)
                at += len(piece)
            self._is_hashed = True
        return self._hash.hexdigest()

    def has_changed(self) -> bool:
        """Return whether anybody wrote to the file since it was opened."""
        return self._state() != self._state_at_start

    def _state(self) -> State:
        return State.of(os.fstat(self._file.fileno()))

    def _piece(self, size: int, start: int) -> bytes:
        return self._take(lambda size: os.pread(self._file.fileno(), size, start), size)

    def _mapped(self, access: int) -> mmap.mmap:
        try:
            return mmap.mmap(self._file.fileno(), 0, access=access)
        except ValueError:
            raise file_refused("empty_file", "the file is empty") from None
        except OSError as error:
            raise _unreadable(error) from None

    def _take(self, take: Callable[[int], bytes], size: int) -> bytes:
        try:
            return take(size)
        except OSError as error:
            raise _unreadable(error) from None


def unchanged(batches: Iterable[Batch], source: Source) -> Iterator[Batch]:
    """Yield the batches of a file; refuse it if it changed meanwhile.

    Its reader may stumble over a file that is being written; then that is the reason.
    """
    refused = None
    try:
        yield from batches
    except FileRefused as error:
        refused = error
    if source.has_changed():
        raise file_refused("changed_while_reading", "it changed while it was read")
    if refused:
        raise refused


def _not_regular() -> FileRefused:
    return file_refused("not_a_regular_file", "it is not a regular file")


def _unreadable(error: OSError) -> FileRefused:
    return file_refused("unreadable", f"it cannot be read ({error.strerror})")
