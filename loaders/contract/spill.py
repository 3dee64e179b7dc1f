"""Records kept until they are needed: in memory while they are few, else on disk."""

import os
import pickle
import tempfile
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from loaders.contract.records import FileRefused, file_refused

# How many bytes stay in memory.
_IN_MEMORY_BYTES = 4 << 20
# Roughly what a row takes in addition to its texts.
_ROW_BYTES = 500

_LENGTH_BITS = 32

_Record = TypeVar("_Record")


class _OnDisk(int):
    """The place of a record on disk: where it begins, and its length in the lowest
    bits.

    A single integer, because there may be very many.
    """

    __slots__ = ()


class Spill(Generic[_Record]):
    """A store of records; those beyond the first megabytes are in a file without a
    name.
    """

    def __init__(self) -> None:
        self._left_bytes = _IN_MEMORY_BYTES
        self._file: Any = None
        self._end = 0

    @property
    def has_room(self) -> bool:
        """Whether the next record stays in memory."""
        return self._left_bytes > 0

    def put(self, record: _Record, byte_count: int) -> "_Record | _OnDisk":
        """Keep a record and return the key for `take`."""
        if self.has_room:
            self._left_bytes -= byte_count
            return record
        written = pickle.dumps(record, pickle.HIGHEST_PROTOCOL)
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            start = self._end
            while self._end < start + len(written):
                rest = written[self._end - start :]
                self._end += os.pwrite(self._file.fileno(), rest, self._end)
        except OSError as error:
            raise no_room(error) from None
        return _OnDisk(start << _LENGTH_BITS | len(written))

    def take(self, kept: "_Record | _OnDisk") -> _Record:
        """Return a record that was kept."""
        if not isinstance(kept, _OnDisk):
            return kept
        start, length = divmod(kept, 1 << _LENGTH_BITS)
        written = bytearray()
        while len(written) < length:
            at, rest = start + len(written), length - len(written)
            written += os.pread(self._file.fileno(), rest, at)
        return pickle.loads(written)


def row_bytes(row: Iterable[Any]) -> int:
    """Return how much memory a row takes, roughly."""
    return _ROW_BYTES + sum(len(each) for each in row if isinstance(each, str))


def no_room(error: OSError) -> FileRefused:
    """Return the refusal of a file for which the disk has no room."""
    what = (
        f"there is no room to unpack it in {tempfile.gettempdir()} ({error.strerror}): "
        "make some, or name another folder in TMPDIR"
    )
    return file_refused("unreadable", what)
