"""The files that are read: open, hashed and mapped, and checked for changes."""

import errno
import hashlib
import mmap
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from loaders.contract.records import Batch, FileRefused, FileStamp, file_refused

# A file with such a name, found in a folder, is meant to be loaded.
DATA_SUFFIXES = (".eval", ".yaml", ".yml", ".json", ".jsonl", ".zip")
# A file as long as the first, of which the disk holds less than the second share, is
# holes: a copy that broke off, or a trap for who would read terabytes of zeros. File
# systems that pack come nowhere near.
_SPARSE_BYTES = 1 << 30
_SPARSE_SHARE = 0.01
# No file system in use tells times apart less well.
_TIMES_TICK_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to load, named on the command line or found in a folder."""

    path: str
    real_path: str
    is_named: bool
    # The outermost folder of a run, such as a job with its trials, that it is in.
    run_folder: str | None = None
    # Whether it is in such a folder, and the run's own files have other names.
    is_beside_run: bool = False

    @property
    def folder(self) -> str:
        """The folder that it is reported with."""
        return os.path.join(self.run_folder or os.path.dirname(self.path), "")

    @property
    def is_meant(self) -> bool:
        """Whether the user would miss it if it were passed over."""
        is_data = self.path.lower().endswith(DATA_SUFFIXES)
        return self.is_named or (is_data and not self.is_beside_run)


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


def stamp_at(path: str) -> FileStamp | None:
    """Return the state of a regular file, None if there is none at the path."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return FileStamp.of(status) if stat.S_ISREG(status.st_mode) else None


class OpenFile:
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
    def state(self) -> FileStamp | None:
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

        The hash is one call outside of Python's lock, beside the decoding of the map.
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

    def _state(self) -> FileStamp:
        return FileStamp.of(os.fstat(self._file.fileno()))

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


def unchanged(batches: Iterable[Batch], source: OpenFile) -> Iterator[Batch]:
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
