"""The files that are read: open, hashed and mapped, and checked for changes."""

import codecs
import errno
import hashlib
import mmap
import os
import re
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import BinaryIO

from loaders.contract.foreign import broken_link
from loaders.contract.records import Batch, FileRefused, FileStamp, file_refused

_OBJECTS = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*\{\s*"|\{[^\n]*\}[ \t\r]*\n\s*\{\s*")'
)
# A file in a folder with such a name is meant to be loaded; a table even if its columns
# are unknown.
TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
DATA_SUFFIXES = (
    *(".eval", ".yaml", ".yml", ".json", ".zip"),
    # These are not read.
    *(".xlsx", ".xls", ".ods", ".feather", ".arrow", ".sqlite"),
    *TABLE_SUFFIXES,
)
_SIDE = r"(?:md5|sha[0-9]+|sig|asc|lock|license|meta|idx|index|md)$"
# Also with a suffix: packed, split into parts, a backup copy; but not a file about
# another file.
_DATA_NAME = re.compile(
    rf"(?:{'|'.join(map(re.escape, DATA_SUFFIXES))})(?:[.~ (](?!{_SIDE})[^/]*)?$",
    re.IGNORECASE,
)
# A file of at least the first size, with less than the second share on disk, is sparse:
# an interrupted copy, or a trap of terabytes of zeros. Compressing file systems come
# nowhere near.
_SPARSE_BYTES = 1 << 30
_SPARSE_SHARE = 0.01
# Starting a thread takes as long as hashing this many bytes.
_HASHED_AT_ONCE = 1_000_000
# No file system in use has a coarser clock.
_TIMES_TICK_NS = 2_000_000_000


def _unpacked(path: str) -> str:
    """Return a path in lower case, without the suffix of a packed file."""
    return path.lower().removesuffix(".gz").removesuffix(".zst")


def is_table_name(path: str) -> bool:
    """Return whether a file, packed or not, is named like a table."""
    return _unpacked(path).endswith(TABLE_SUFFIXES)


def has_objects_for_rows(path: str, head: bytes) -> bool:
    """Return whether a file is JSON by its name, and an array or lines of objects."""
    return _unpacked(path).endswith(".json") and _OBJECTS.match(head) is not None


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
        """Whether the user would miss it if it were skipped."""
        is_data = _DATA_NAME.search(self.path) is not None
        return self.is_named or (is_data and not self.is_beside_run)


@contextmanager
def open_regular(path: str) -> Iterator[BinaryIO]:
    """Open a regular file for reading; never wait for a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ENXIO:  # A socket.
            raise _not_regular() from None
        if error.errno == errno.ENOENT and os.path.islink(path):
            target = os.path.join(os.path.dirname(path), os.readlink(path))
            raise broken_link(target) or _unreadable(error) from None
        raise _unreadable(error) from None
    try:
        _check(os.fstat(descriptor))
    except FileRefused:
        os.close(descriptor)
        raise
    with open(descriptor, "rb") as file:
        yield file


def _check(state: os.stat_result) -> None:
    """Refuse anything that is not a file, or that is nearly all holes."""
    if stat.S_ISDIR(state.st_mode):
        what = "it is a link to a folder, which is not followed"
        raise file_refused("linked_folder", what)
    if not stat.S_ISREG(state.st_mode):
        raise _not_regular()
    stored_bytes = state.st_blocks * 512
    is_long = state.st_size >= _SPARSE_BYTES
    if is_long and stored_bytes < _SPARSE_SHARE * state.st_size:
        what = f"of its {state.st_size:,} bytes the disk holds {stored_bytes:,}"
        raise file_refused("sparse_file", what)


def is_gone(path: str) -> bool:
    """Return whether nothing is at a path; false if that cannot be known."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # A folder that may not be entered, or a disk that fails.
        return False
    return False


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
        # Why it could not be hashed in the background.
        self._not_hashed: FileRefused | None = None

    @property
    def size_bytes(self) -> int:
        return self._state_at_start.size_bytes

    @property
    def descriptor_path(self) -> str:
        """A path to the open file, even if it was renamed or removed."""
        return f"/dev/fd/{self._file.fileno()}"

    @property
    def state(self) -> FileStamp | None:
        """Identifies the file's state; None so soon after a write that another write
        may leave the same times.
        """
        state = self._state_at_start
        last_ns = max(state.modified_ns, state.changed_ns)
        return state if last_ns + _TIMES_TICK_NS < self._opened_ns else None

    def head(self, size: int) -> bytes:
        """Return the beginning of the file, whatever the read position."""
        return self.piece(size, 0)

    def piece(self, size: int, start: int) -> bytes:
        """Return bytes from anywhere in the file, whatever the read position."""
        return self._take(lambda size: os.pread(self._file.fileno(), size, start), size)

    def beginning(self, size: int) -> bytes:
        """Return its head, or that of its data if comments come before it."""
        start = data_start(self)
        has_data_in_head = start < size // 2 or start == self.size_bytes
        return self.piece(size, 0 if has_data_in_head else start)

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

        The hash is one call outside of Python's lock, in parallel with the decoding.
        """
        if self._map is None:
            self._map = self._mapped(mmap.ACCESS_READ)
            self._begin_hash(lambda: self._hash.update(self._map))
        return self._map

    def hash_beside(self) -> None:
        """Hash the file in the background, without mapping it."""

        def hash_() -> None:
            try:
                self._hash_pieces()
            except FileRefused as refused:
                self._not_hashed = refused

        self._begin_hash(hash_)

    def _begin_hash(self, hash_: Callable[[], None]) -> None:
        if self._is_hashed:
            return
        self._is_hashed = True
        if self.size_bytes < _HASHED_AT_ONCE:
            hash_()
        else:
            self._hashing = threading.Thread(target=hash_, daemon=True)
            self._hashing.start()

    def _hash_pieces(self) -> None:
        at = 0
        while piece := self.piece(1 << 20, at):
            self._hash.update(piece)
            at += len(piece)

    def map_private(self) -> mmap.mmap:
        """Return another map of the file; what is written to it stays in it."""
        return self._mapped(mmap.ACCESS_COPY)

    @property
    def is_being_hashed(self) -> bool:
        """Whether the hash is at work in the background."""
        return self._hashing is not None and self._hashing.is_alive()

    def sha256(self) -> str:
        """Return the SHA-256 of all of the file, as hex digits."""
        if self._hashing:
            self._hashing.join()
        elif not self._is_hashed:
            self._hash_pieces()
            self._is_hashed = True
        if self._not_hashed:
            raise self._not_hashed
        return self._hash.hexdigest()

    def has_changed(self) -> bool:
        """Return whether the file was written to since it was opened."""
        return self._state() != self._state_at_start

    def _state(self) -> FileStamp:
        return FileStamp.of(os.fstat(self._file.fileno()))

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


# Blank lines and comments, as YAML has them.
_NO_DATA = re.compile(rb"(?:[ \t\r]*+(?:#[^\n]*+)?\n)*+[ \t\r]*+")
_PIECE_BYTES = 1 << 20


def path_text(path: str) -> str:
    """Return a path as UTF-8 can hold it; other bytes are shown as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def data_start(stream: BinaryIO, most_bytes: float = inf) -> int:
    """Return where the blank lines and comments at the beginning of a file end, or
    where the search for that ended.

    The file is left at its start.
    """
    stream.seek(0)
    at, is_in_comment = 0, False
    while at < most_bytes and (piece := stream.read(_PIECE_BYTES)):
        start = piece.find(b"\n") + 1 if is_in_comment else 0
        if not is_in_comment or start:
            if not at and piece.startswith(codecs.BOM_UTF8):
                start = len(codecs.BOM_UTF8)
            start = _NO_DATA.match(piece, start).end()
            is_in_comment = piece.startswith(b"#", start)
            if start < len(piece) and not is_in_comment:
                at += start
                break
        at += len(piece)
    stream.seek(0)
    return at


def unchanged(batches: Iterable[Batch], source: OpenFile) -> Iterator[Batch]:
    """Yield the batches of a file; refuse it if it changed meanwhile.

    If its reader fails on a file that is being written, that is the reason given.
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
