"""Encrypted zips, as the HAL harness uploads its traces.

Each member `<name>.encrypted` is a JSON object of two texts: `encrypted_data`, the
base64 of a Fernet token, and `salt`, from which, with the password, its key is derived.
A member is unpacked, decoded and decrypted piece by piece into one buffer, so that a
trace is in memory once and never on disk. Nothing is used before its signature is
checked.
"""

import binascii
import hashlib
import hmac
import io
import mmap
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from loaders.contract import foreign, rules
from loaders.contract.limits import MAX_MEMBERS
from loaders.contract.records import FileRefused, file_refused
from loaders.contract.unpacked import MOST_BYTES, MOST_GROWTH, Spooled
from loaders.hal.evaluation import IDENTITY

# The harness publishes it: it hides traces from search engines, not from readers.
PUBLIC_PASSWORD = "hal1234"
SUFFIX = ".encrypted"
# The harness's names of traces, also of one that was zipped without encryption.
TRACE_SUFFIX = "_UPLOAD.json"
_SUFFIXES = (SUFFIX, TRACE_SUFFIX)
# What a trace with another name begins with.
_NAMES = ("config", *IDENTITY)
# Flag and method of a member that is locked by the zip's own password.
_IS_LOCKED, _AES = 1, 99

# Encrypted content is base64 twice, so packing saves only what base64 adds.
_MOST_GROWTH = 4
_CHUNK_BYTES = 1 << 20
_LONGEST_TEXT = 1024
# The end of a zip, which may be followed by a comment of 64 kB.
_END_MARK, _END_BYTES = b"PK\5\6", 22 + (1 << 16)
# A list of MAX_MEMBERS members is shorter.
_DIRECTORY_BYTES = 1 << 20

_ITERATIONS = 480_000
_KEY_BYTES = 32
# A Fernet token: version, time, initialisation vector, ciphertext, signature.
_VERSION = b"\x80"
_VECTOR_AT, _CIPHERTEXT_AT, _BLOCK_BYTES, _SIGNATURE_BYTES = 9, 25, 16, 32

# The errors that reading a damaged zip raises.
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # Another way of packing.
    OSError,
    OverflowError,
    RuntimeError,  # A password of the zip itself.
    UnicodeDecodeError,
    ValueError,
)


class _Malformed(Exception):
    """A member is not in the harness's form."""


class Member(NamedTuple):
    """A member of a zip: its content or, if it may be a trace, why it is refused."""

    name: str
    plain: Any = None
    # Returns the same bytes, free to be written to.
    private: Callable[[], Any] | None = None
    refused: FileRefused | None = None

    @property
    def is_trace(self) -> bool:
        """Whether the harness uses this name for a trace."""
        return self.name.removesuffix(SUFFIX).endswith(TRACE_SUFFIX)


def members(data: memoryview, password: str) -> Iterator[Member]:
    """Yield the members, except those that a Mac adds.

    Raises FileRefused if the zip itself is damaged or unsafe.
    """
    _check_directory(data)
    try:
        archive = zipfile.ZipFile(_Window(data))
        infos = _checked(archive.infolist(), len(data))
    except _DAMAGES as error:
        raise file_refused("broken_zip", f"the zip is damaged ({error})") from None
    with archive:
        for info in infos:
            yield _member(archive, info, password)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: str) -> Member:
    name = info.filename
    try:
        if name.endswith(SUFFIX):
            pieces = _pieces(archive, info, password)
            plain = unsealed(pieces, _passwords(info, password))
            return Member(name, plain, lambda: plain)
        if name.endswith(TRACE_SUFFIX) or _holds_trace(archive, info, password):
            stored = Spooled(_pieces(archive, info, password))
            plain = memoryview(stored.map(mmap.ACCESS_READ))
            return Member(name, plain, lambda: stored.map(mmap.ACCESS_COPY))
    except FileRefused as refused:
        refused.position = f"{name}#"
        return Member(name, refused=refused)
    return Member(name)


def _holds_trace(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: str
) -> bool:
    """Return whether a member with another name looks like a trace.

    Raises FileRefused if it is itself a zip of traces.
    """
    try:
        head = next(_pieces(archive, info, password), b"")
    except FileRefused:
        return False
    if TRACE_SUFFIX in info.filename:
        foreign.refuse_packed(head)
    if head.startswith(b"PK") and any(suffix.encode() in head for suffix in _SUFFIXES):
        raise file_refused("compressed", "it is a zip of traces in a zip")
    is_json = info.filename.endswith(".json") and info.file_size <= MOST_BYTES
    return is_json and all(f'"{name}"'.encode() in head for name in _NAMES)


def _check_directory(data: memoryview) -> None:
    """Refuse a zip whose list of members alone would fill the memory."""
    tail = bytes(data[-_END_BYTES:])
    end = tail.rfind(_END_MARK)
    if end < 0 or end + 16 > len(tail):
        return  # Its reader says what is wrong with it.
    (size,) = struct.unpack_from("<L", tail, end + 12)
    before = len(data) - len(tail) + end
    if min(size, before) > _DIRECTORY_BYTES:
        what = f"its list of members has {min(size, before):,} bytes"
        raise file_refused("too_many_members", what)


def _checked(infos: list[zipfile.ZipInfo], size_bytes: int) -> list[zipfile.ZipInfo]:
    """Return the members, after checking that each is safe."""
    if not infos:
        raise file_refused("empty_file", "the zip has no member")
    infos = [
        info
        for info in infos
        if not (info.is_dir() or foreign.is_mac_copy(info.filename))
    ]
    if len(infos) > MAX_MEMBERS:
        raise file_refused("too_many_members", f"it has {len(infos):,} members")
    names = [info.orig_filename for info in infos]
    for name in names:
        if not _is_plain(name) or names.count(name) > 1:
            raise file_refused("unsafe_name", f"a member is named {rules.shown(name)}")
    for suffix, most_bytes in (
        (SUFFIX, _MOST_GROWTH * size_bytes),
        (TRACE_SUFFIX, max(MOST_BYTES, MOST_GROWTH * size_bytes)),
    ):
        unpacked = sum(
            info.file_size for info in infos if info.filename.endswith(suffix)
        )
        if unpacked > most_bytes:
            what = f"{size_bytes:,} bytes would become {unpacked:,}, so it is no trace"
            raise file_refused("too_large", what)
    return infos


def _is_plain(name: str) -> bool:
    """Return whether a name is a plain file name; no name is ever used as a path."""
    parts = name.replace("\\", "/").split("/")
    is_local = bool(parts[0]) and ":" not in parts[0]
    return is_local and ".." not in parts and name.isprintable()


def unsealed(pieces: Iterable[bytes], passwords: list[str]) -> memoryview:
    """Return the content of an encrypted member, decrypted with the password that fits."""
    try:
        token, salt = _token_and_salt(_Quoted(iter(pieces)))
        return _opened(token, salt, passwords)
    except (_Malformed, binascii.Error) as error:
        what = f"an encrypted member is malformed ({error})"
        raise file_refused("broken_zip", what) from None


def _passwords(info: zipfile.ZipInfo, password: str) -> list[str]:
    """Return the passwords to try: that of the zip itself need not be the harness's."""
    is_locked = info.flag_bits & _IS_LOCKED
    return list(dict.fromkeys([password, *[PUBLIC_PASSWORD] * bool(is_locked)]))


def _pieces(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: str
) -> Iterator[bytes]:
    """Yield a member as stored in the zip, piece by piece."""
    is_locked = info.flag_bits & _IS_LOCKED
    if info.compress_type == _AES:
        raise file_refused("zip_password", "the zip is encrypted by AES")
    try:
        with _unlocked(archive, info, password) as member:
            while piece := member.read(_CHUNK_BYTES):
                yield piece
    except _DAMAGES as error:
        if is_locked:
            what = "the zip has its own password, which is a different one"
            raise file_refused("zip_password", what) from None
        what = f"the member is damaged ({error})"
        raise file_refused("broken_zip", what) from None


def _unlocked(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: str
) -> io.BufferedIOBase:
    """Return a member, opened with the first password that fits the zip's own
    encryption.
    """
    *others, last = _passwords(info, password)
    for each in others:
        try:
            return archive.open(info, pwd=each.encode())
        except RuntimeError:
            continue
    return archive.open(info, pwd=last.encode())


class _Quoted:
    """A JSON object of texts without escapes, read piece by piece."""

    def __init__(self, pieces: Iterator[bytes]):
        self._pieces = pieces
        self._rest = b""

    def to_quote(self) -> Iterator[bytes]:
        """Yield the text before the next quotation mark, and skip the mark."""
        while chunk := self._rest or next(self._pieces, b""):
            piece, quote, self._rest = chunk.partition(b'"')
            yield piece
            if quote:
                return
        raise _Malformed("it ends inside a text")

    def text(self) -> bytes:
        """Return the text before the next quotation mark, if it is short."""
        text = b""
        for piece in self.to_quote():
            text += piece
            if len(text) > _LONGEST_TEXT:
                raise _Malformed("a text is too long")
        return text

    def expect(self, sign: bytes) -> None:
        """Skip the characters between two texts."""
        if self.text().strip() != sign:
            raise _Malformed(f"{sign.decode()} is missing")

    def expect_end(self) -> None:
        rest = self._rest
        while chunk := next(self._pieces, b""):
            rest = (rest + chunk).strip()
            if len(rest) > 1:
                break
        if rest.strip() != b"}":
            raise _Malformed("it does not end with }")


def _token_and_salt(source: _Quoted) -> tuple[bytearray, bytes]:
    fields = {}
    takers: dict[bytes, Callable] = {
        b"encrypted_data": lambda: _token(source.to_quote()),
        b"salt": lambda: binascii.a2b_base64(source.text(), strict_mode=True),
    }
    for sign in (b"{", b","):
        source.expect(sign)
        name = source.text()
        source.expect(b":")
        if name not in takers:
            raise _Malformed("it holds more than encrypted_data and salt")
        fields[name] = takers.pop(name)()
    source.expect_end()
    return fields[b"encrypted_data"], fields[b"salt"]


def _token(pieces: Iterable[bytes]) -> bytearray:
    """Return a Fernet token, which is base64, and in base64 again."""
    urlsafe = bytes.maketrans(b"-_", b"+/")
    inner = (piece.translate(urlsafe) for piece in _base64(pieces))
    token = bytearray()
    for piece in _base64(inner):
        token += piece
        if not token.startswith(_VERSION):
            raise _Malformed("it holds no Fernet token")
    return token


def _base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        text = rest + piece
        end = len(text) - len(text) % 4
        rest = text[end:]
        if end:
            yield binascii.a2b_base64(text[:end], strict_mode=True)
    if rest:
        raise _Malformed("its base64 is cut short")


@lru_cache(maxsize=MAX_MEMBERS)
def _key(password: str, salt: bytes) -> bytes:
    """Return the key; deriving it deliberately takes a good part of a second."""
    return hashlib.pbkdf2_hmac(
        "sha256", password.encode(), salt, _ITERATIONS, _KEY_BYTES
    )


def _opened(token: bytearray, salt: bytes, passwords: list[str]) -> memoryview:
    """Return a token's content, decrypted in place with the password that fits."""
    # A slow import that only encrypted files need.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    view = memoryview(token)
    signed, signature = view[:-_SIGNATURE_BYTES], view[-_SIGNATURE_BYTES:]
    text = signed[_CIPHERTEXT_AT:]
    if not text or len(text) % _BLOCK_BYTES:
        raise _Malformed("its Fernet token is cut short")
    for password in passwords:
        key = _key(password, salt)
        signing_key, text_key = key[:16], key[16:]
        signed_by_it = hmac.digest(signing_key, signed, "sha256")
        if hmac.compare_digest(signed_by_it, signature):
            break
    else:
        raise file_refused(
            "wrong_password", "the password is wrong or the file was changed"
        )
    vector = bytes(signed[_VECTOR_AT:_CIPHERTEXT_AT])
    decryptor = Cipher(algorithms.AES(text_key), modes.CBC(vector)).decryptor()
    for start in range(0, len(text), _CHUNK_BYTES):
        end = min(start + _CHUNK_BYTES, len(text))
        text[start:end] = decryptor.update(text[start:end])
    padding = text[-1]
    if not 1 <= padding <= _BLOCK_BYTES:
        raise _Malformed("its padding is wrong")
    return text[:-padding]


class _Window(io.RawIOBase):
    """Bytes as a file that can be searched."""

    def __init__(self, data: memoryview):
        self._data = data
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        piece = self._data[self._at : self._at + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._data)}
        self._at = start[whence] + offset
        if self._at < 0:
            raise OSError("a position before the start")  # As a file would.
        return self._at

    def tell(self) -> int:
        return self._at
