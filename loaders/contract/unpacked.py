"""Files packed with gzip or zstd, read as their content.

They are unpacked piece by piece, so that only one piece is in memory. Content that must
be mapped is unpacked into an unnamed file.
"""

import gzip
import io
import mmap
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from backports.zstd import ZstdError, ZstdFile

from loaders.contract.files import OpenFile, data_start
from loaders.contract.limits import RECORD_BYTES
from loaders.contract.long_keys import LONG_BYTES, has_long_key
from loaders.contract.records import FileRefused, FileStamp, file_refused
from loaders.contract.spill import no_room

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# The other bytes of a frame that zstd passes over; the first is one of sixteen.
_SKIPPED_FRAME = b"\x2a\x4d\x18"
# How a member of gzip begins, with its method.
_GZIP_PART = _GZIP + b"\x08"
# Who packs in parts, to unpack them side by side, makes parts of many kilobytes.
_MOST_PARTS, _PART_BYTES = 10_000, 256
_PIECE_BYTES = 1 << 20
# So far data is looked for behind comments.
_MOST_COMMENT_BYTES = 32 << 20
# Text shrinks to a fiftieth at best, a repetitive log further. A packed file whose
# content is larger than the first number and over this many times its size is a trap.
MOST_BYTES = 256 << 20
MOST_GROWTH = 120
# What is one document is mapped as a whole. It may hold the first, or so many times the
# bytes of its file: the second up to the third, then the fourth.
_DOCUMENT_BYTES, _DOCUMENT_GROWTH = 200 << 20, 20
_LARGE_DOCUMENT_BYTES, _LARGE_DOCUMENT_GROWTH = 400_000_000, 4

_DAMAGES = (gzip.BadGzipFile, zlib.error, ZstdError)


def is_packed(source: OpenFile) -> bool:
    """Say whether a file may hold many times its size: zip and Parquet do so too."""
    mark = source.head(4)
    return mark in (_ZSTD, b"PK\3\4", b"PAR1") or mark.startswith(_GZIP)


def opened(source: OpenFile) -> "OpenFile | Unpacked":
    """Return the file, or its content if it is packed."""
    mark = source.head(4)
    if mark.startswith(_GZIP):
        _check_parts(source, _GZIP_PART)
        return Unpacked(source, _gunzip)
    is_skipped = mark[1:] == _SKIPPED_FRAME and mark[0] >> 4 == 5
    if mark == _ZSTD or is_skipped:
        _check_parts(source, _ZSTD, _SKIPPED_FRAME)
        return Unpacked(source, ZstdFile)
    return source


def _check_parts(source: OpenFile, *marks: bytes) -> None:
    """Refuse a file of nothing but small parts: each takes ten microseconds to begin."""
    most = max(_MOST_PARTS, source.size_bytes // _PART_BYTES)
    at = count = 0
    while piece := source.piece(_PIECE_BYTES, at):
        at += len(piece)
        count += sum(map(piece.count, marks))
        if count > most:
            what = f"it is packed in more than {most:,} parts"
            raise file_refused("broken_compression", what)


def _gunzip(packed: io.BufferedReader) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=packed, mode="rb")


class Unpacked:
    """The content of a packed file, read from its start; see OpenFile."""

    def __init__(self, source: OpenFile, packing: Any):
        self._source = source
        self._packing = packing
        self._stored: Spooled | None = None
        self._map: mmap.mmap | None = None
        self.seek(0)

    @property
    def size_bytes(self) -> int:
        return self._source.size_bytes

    @property
    def state(self) -> FileStamp | None:
        return self._source.state

    def sha256(self) -> str:
        """Return the SHA-256 of the file as it is stored."""
        return self._source.sha256()

    def has_changed(self) -> bool:
        return self._source.has_changed()

    def head(self, size: int) -> bytes:
        """Return the beginning of the content, whatever the read position."""
        return Unpacked(self._source, self._packing).read(size)

    def beginning(self, size: int) -> bytes:
        """Return its head, or that of its data if comments come before it."""
        fresh = Unpacked(self._source, self._packing)
        start = data_start(fresh, _MOST_COMMENT_BYTES)
        if start < size // 2:
            return fresh.read(size)
        for _ in range(start // _PIECE_BYTES):
            fresh.read(_PIECE_BYTES)
        fresh.read(start % _PIECE_BYTES)
        return fresh.read(size) or self.head(size)

    def read(self, size: int) -> bytes:
        return self.stream.read(size)

    def readline(self, size: int) -> bytes:
        return self.stream.readline(size)

    def tell(self) -> int:
        """Return how far the stored file is read, for progress."""
        return min(self._pieces.at, self.size_bytes)

    def seek(self, position: int) -> None:
        """Start again."""
        assert position == 0, "a packed file is read from its start"
        self._pieces = _Pieces(self._source)
        packed = io.BufferedReader(self._pieces, _PIECE_BYTES)
        held = _Held(self._packing(packed), self._source.size_bytes)
        self.stream = io.BufferedReader(held, _PIECE_BYTES)

    def map(self) -> mmap.mmap:
        """Return the whole content, mapped into memory."""
        if self._map is None:
            # A table, which is not mapped, may hold more.
            self._stored = self._stored or Spooled(self._document())
            self._map = self._stored.map(mmap.ACCESS_READ)
            self._check_keys(self._map)
        return self._map

    def map_private(self) -> mmap.mmap:
        """Return another map of it; what is written to it stays in it."""
        return self.spooled().map(mmap.ACCESS_COPY)

    def spooled(self) -> "Spooled":
        """Return the whole content in a separate file."""
        if self._stored is None:
            self.seek(0)
            self._stored = Spooled(iter(lambda: self.stream.read(_PIECE_BYTES), b""))
        return self._stored

    def _document(self) -> Iterator[bytes]:
        self.seek(0)
        most_bytes = most_document_bytes(self.size_bytes)
        count = 0
        while piece := self.stream.read(_PIECE_BYTES):
            count += len(piece)
            if count > most_bytes:
                what = f"it holds one document of more than {most_bytes:,} bytes"
                raise file_refused("too_large", what)
            yield piece

    def _check_keys(self, data: mmap.mmap) -> None:
        """Refuse JSON with a key that alone would fill the memory, several times."""
        is_long = len(data) > LONG_BYTES and data[:1] in b"{[ \t\r\n\xef"
        if is_long and has_long_key(data):
            what = f"a key is longer than {RECORD_BYTES:,} bytes"
            raise file_refused("record_too_large", what)
        forget(memoryview(data))


def most_document_bytes(size_bytes: int) -> int:
    """Return how large the document may be that a packed file of so many bytes holds."""
    grown_bytes = min(_DOCUMENT_GROWTH * size_bytes, _LARGE_DOCUMENT_BYTES)
    return max(_DOCUMENT_BYTES, grown_bytes, _LARGE_DOCUMENT_GROWTH * size_bytes)


class Spooled:
    """Pieces in a file without a name, to be mapped."""

    def __init__(self, pieces: Iterable[bytes]):
        try:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        except OSError as error:
            raise no_room(error) from None
        for piece in pieces:
            try:
                while piece:
                    piece = piece[self._file.write(piece) :]
            except OSError as error:
                raise no_room(error) from None

    @property
    def descriptor_path(self) -> str:
        """A path to the file."""
        return f"/dev/fd/{self._file.fileno()}"

    def map(self, access: int) -> mmap.mmap:
        try:
            return mmap.mmap(self._file.fileno(), 0, access=access)
        except ValueError:
            raise file_refused("empty_file", "the packed file is empty") from None


def forget(view: memoryview) -> None:
    """Free the memory of a read-only map; pages read again come from disk."""
    if isinstance(view.obj, mmap.mmap) and view.readonly:
        view.obj.madvise(mmap.MADV_DONTNEED)


class _Pieces(io.RawIOBase):
    """The stored file, from its start, whatever other read positions it has."""

    def __init__(self, source: OpenFile):
        self._source = source
        self.at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        piece = self._source.piece(len(buffer), self.at)
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)


class _Held(io.RawIOBase):
    """The content of a packed file; damage and traps are refusals."""

    def __init__(self, unpacking: Any, stored_bytes: int):
        self._unpacking = unpacking
        self._most_bytes = max(MOST_BYTES, MOST_GROWTH * stored_bytes)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        try:
            piece = self._unpacking.read(len(buffer))
        except FileRefused:
            raise
        except EOFError:
            what = "the packed file ends before what it holds does"
            raise file_refused("truncated", what) from None
        except _DAMAGES as error:
            what = f"it does not unpack ({error})"
            raise file_refused("broken_compression", what) from None
        self._count += len(piece)
        if self._count > self._most_bytes:
            what = f"it holds more than {self._most_bytes:,} bytes"
            raise file_refused("too_large", what)
        buffer[: len(piece)] = piece
        return len(piece)
