"""The zip of an `.eval` log: members by name, unpacked one at a time.

Inspect writes deflate or zstd, and a large member as several zstd frames. Python's
zipfile before 3.14 knows the directory of such a zip but not its members, so they are
unpacked here.
"""

import io
import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from backports.zstd import ZstdError, ZstdFile

from loaders.contract import foreign
from loaders.contract.records import file_refused
from loaders.contract.unpacked import MOST_BYTES, MOST_GROWTH, Spooled

# Limit of a member's size: the first number, or the second times the size of its log if
# that is more, but at most the third. 300 MB of zeros fit into 12 kB.
_MEMBER_BYTES, _MEMBER_GROWTH, _MOST_MEMBER_BYTES = 200 << 20, 20, 320 << 20
# A longer member is unpacked into a file without a name, to save memory.
_IN_MEMORY_BYTES = 16 << 20
# A directory of 200,000 samples; each entry takes a kilobyte of memory.
DIRECTORY_BYTES = 16 << 20

HEADER, START, SUMMARIES = "header.json", "_journal/start.json", "summaries.json"
_ONCE = (HEADER, START, SUMMARIES)
_JOURNAL = re.compile(r"_journal/summaries/([0-9]{1,9})\.json")
_SAMPLE = re.compile(r"samples/.+\.json", re.DOTALL)

_PIECE_BYTES = 1 << 20
_LOCAL_HEADER_BYTES = 30
_END_MARK, _END_BYTES, _COMMENT_BYTES = b"PK\5\6", 22, 1 << 16
_STORED, _DEFLATE, _ZSTD = 0, 8, 93
_BROKEN_DIRECTORY = (
    zipfile.BadZipFile,
    NotImplementedError,
    OverflowError,
    OSError,
    UnicodeError,
    ValueError,
    struct.error,
)


class MemberError(Exception):
    """A member cannot be read."""

    def __init__(self, reason_code: str, what: str):
        super().__init__(what)
        self.reason_code = reason_code
        self.what = what


class Archive:
    """The members of a log.

    A sample that ran again is there twice, and the last one counts. What says what ran,
    or lists the samples, is there once, for nothing tells which one is right.
    """

    def __init__(self, data: mmap.mmap):
        self._data = memoryview(data)
        self.size_bytes = len(data)
        grown_bytes = _MEMBER_GROWTH * len(data)
        self._member_bytes = min(max(_MEMBER_BYTES, grown_bytes), _MOST_MEMBER_BYTES)
        # Limit of all members together, as a multiple of the log: text shrinks to a
        # fiftieth at best.
        self._left_bytes = max(MOST_BYTES, MOST_GROWTH * len(data) // 2)
        self._members: dict[str, zipfile.ZipInfo] = {}
        self.superseded: list[str] = []
        for name, entry in _own_members(_directory(data)):
            if name in self._members:
                if name in _ONCE or _JOURNAL.fullmatch(name):
                    what = f"the zip has {name} more than once"
                    raise file_refused("duplicate_key", what, None, name)
                self.superseded.append(name)
                # In the order of the last entry of each name.
                del self._members[name]
            self._members[name] = entry

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @property
    def journal(self) -> list[str]:
        """The names of the journal's pieces, in numerical order."""
        found = map(_JOURNAL.fullmatch, self._members)
        return [
            match[0]
            for match in sorted(filter(None, found), key=lambda match: int(match[1]))
        ]

    @property
    def samples(self) -> list[str]:
        """The names of the samples' members, in the order of the zip."""
        return [name for name in self._members if _SAMPLE.fullmatch(name)]

    def read(self, name: str) -> memoryview:
        """Return a member's content, or raise MemberError."""
        entry = self._members[name]
        if entry.flag_bits & 1:
            raise MemberError("broken_member", "it is encrypted")
        most_bytes = min(self._member_bytes, self._left_bytes)
        if entry.file_size > most_bytes:
            raise MemberError(
                "member_too_large", f"it holds more than {most_bytes:,} bytes"
            )
        self._left_bytes -= entry.file_size
        unpack = _UNPACK.get(entry.compress_type)
        if unpack is None:
            what = f"it is packed by method {entry.compress_type}"
            raise MemberError("broken_member", what)
        try:
            pieces = _checked(unpack(self._packed(entry)), entry)
            if entry.file_size > _IN_MEMORY_BYTES:
                return memoryview(Spooled(pieces).map(mmap.ACCESS_READ))
            return memoryview(b"".join(pieces))
        except (ZstdError, zlib.error, EOFError, OSError, ValueError) as error:
            what = f"it does not unpack ({error})"
            raise MemberError("broken_member", what) from None

    def _packed(self, entry: zipfile.ZipInfo) -> memoryview:
        at = entry.header_offset
        header = self._data[at : at + _LOCAL_HEADER_BYTES] if at >= 0 else b""
        if len(header) < _LOCAL_HEADER_BYTES or header[:4] != b"PK\3\4":
            raise MemberError("broken_member", "its header in the zip is damaged")
        name_bytes, extra_bytes = struct.unpack_from("<HH", header, 26)
        start = at + _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
        packed = self._data[start : start + entry.compress_size]
        if len(packed) < entry.compress_size:
            raise MemberError("broken_member", "the zip ends before it does")
        return packed


def _directory(data: mmap.mmap) -> list[zipfile.ZipInfo]:
    end = data.rfind(_END_MARK, max(0, len(data) - _END_BYTES - _COMMENT_BYTES))
    if end < 0:
        what = "it is a zip without a directory, so cut short"
        raise file_refused("broken_log", what)
    try:
        # Without zip64 the directory is what comes before its end, or less.
        (size,) = struct.unpack_from("<L", data, end + 12)
        if min(size, end) > DIRECTORY_BYTES:
            what = f"the zip's directory has {min(size, end):,} bytes"
            if size != 0xFFFFFFFF or _size_of_64(data, end) > DIRECTORY_BYTES:
                raise file_refused("too_many_samples", what)
        with zipfile.ZipFile(data) as archive:
            return archive.infolist()
    except _BROKEN_DIRECTORY as error:
        what = f"the zip's directory is damaged ({error})"
        raise file_refused("broken_log", what) from None


def _own_members(
    entries: list[zipfile.ZipInfo],
) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield the members with their names in a log.

    If a log's folder was zipped again, all are in one folder, and a Mac adds its own
    files.
    """
    entries = [
        entry
        for entry in entries
        if not (entry.is_dir() or foreign.is_mac_copy(entry.filename))
    ]
    folders = {entry.filename.partition("/")[0] + "/" for entry in entries}
    folder = folders.pop() if len(folders) == 1 else ""
    names = {entry.filename for entry in entries}
    has_header = any(f"{folder}{each}" in names for each in (HEADER, START))
    for entry in entries:
        if entry.flag_bits & 1 and entry.filename.endswith((HEADER, START)):
            what = "the log is in a zip with its own password"
            raise file_refused("compressed", what)
        name = entry.filename
        yield (name.removeprefix(folder) if has_header else name), entry


def _size_of_64(data: mmap.mmap, end: int) -> int:
    """Return the size of a zip64's directory, from its end record."""
    at = data.rfind(b"PK\6\6", max(0, end - 4096), end)
    if at < 0:
        return end
    (size,) = struct.unpack_from("<Q", data, at + 40)
    return size


def _checked(pieces: Iterator[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the pieces; check length and checksum against the directory."""
    length = checksum = 0
    for piece in pieces:
        length += len(piece)
        if length > entry.file_size:
            raise MemberError("broken_member", "it is longer than the zip says")
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if length < entry.file_size:
        raise MemberError("broken_member", "it is shorter than the zip says")
    if checksum != entry.CRC:
        raise MemberError("broken_member", "its checksum (CRC-32) does not match")


def _stored(packed: memoryview) -> Iterator[bytes]:
    yield packed


def _inflated(packed: memoryview) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _PIECE_BYTES >> 4):
        piece = packed[at : at + (_PIECE_BYTES >> 4)]
        while piece:
            yield inflate.decompress(piece, _PIECE_BYTES)
            piece = inflate.unconsumed_tail
    yield inflate.flush()


def _from_zstd(packed: memoryview) -> Iterator[bytes]:
    # One frame after another, as in ZstdFile.
    with ZstdFile(io.BytesIO(packed)) as unpacked:
        while piece := unpacked.read(_PIECE_BYTES):
            yield piece


_UNPACK: dict[int, Callable[[memoryview], Iterator[bytes]]] = {
    _STORED: _stored,
    _DEFLATE: _inflated,
    _ZSTD: _from_zstd,
}
