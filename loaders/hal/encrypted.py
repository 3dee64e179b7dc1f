"""Encrypted zips, as the HAL harness uploads its traces.

Each member `<name>.encrypted` is a JSON object of two texts: `encrypted_data`, the
base64 of a Fernet token, and `salt`, from which and the password its key is derived. A
member is unpacked, decoded and decrypted piece by piece into one buffer, so that a
trace is in memory once and never on disk. Nothing of it is used before its signature
is checked.
"""

import binascii
import hashlib
import hmac
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from loaders.contract import rules
from loaders.contract.limits import MAX_MEMBERS
from loaders.contract.records import FileRefused, file_refused

# The harness gives it to everybody: it keeps traces from search engines, not readers.
PUBLIC_PASSWORD = "hal1234"
SUFFIX = ".encrypted"

# Twice base64 over what looks random: packing wins back only what base64 adds.
_MOST_GROWTH = 4
_CHUNK_BYTES = 1 << 20
_LONGEST_TEXT = 1024
# What ends a zip, and may have a comment of 64 kB behind it.
_END_MARK, _END_BYTES = b"PK\5\6", 22 + (1 << 16)
# No list of MAX_MEMBERS members is as long.
_DIRECTORY_BYTES = 1 << 20

_ITERATIONS = 480_000
_KEY_BYTES = 32
# A Fernet token: version, time, initialisation vector, ciphertext, signature.
_VERSION = b"\x80"
_VECTOR_AT, _CIPHERTEXT_AT, _BLOCK_BYTES, _SIGNATURE_BYTES = 9, 25, 16, 32

# What reading a damaged zip raises.
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
    """A member is not what the harness writes."""


def members(data: memoryview, password: str) -> Iterator[tuple[str, memoryview | None]]:
    """Yield each member's name and what it says, None if it is not encrypted.

    Raises FileRefused when the zip is damaged or unsafe, or the password is wrong.
    """
    _check_directory(data)
    try:
        with zipfile.ZipFile(_Window(data)) as archive:
            for info in _checked(archive.infolist(), len(data)):
                is_encrypted = info.filename.endswith(SUFFIX)
                yield (
                    info.filename,
                    (_decrypted(archive, info, password) if is_encrypted else None),
                )
    except _DAMAGES as error:
        raise file_refused("broken_zip", f"the zip is damaged ({error})") from None


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
    """Return the members, none of which can surprise."""
    if not infos:
        raise file_refused("empty_file", "the zip has no member")
    if len(infos) > MAX_MEMBERS:
        raise file_refused("too_many_members", f"it has {len(infos):,} members")
    names = [info.orig_filename for info in infos]
    for name in names:
        if not _is_plain(name) or names.count(name) > 1:
            raise file_refused("unsafe_name", f"a member is named {rules.shown(name)}")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > _MOST_GROWTH * size_bytes:
        what = f"{size_bytes:,} bytes would become {unpacked:,}, so it is no trace"
        raise file_refused("too_large", what)
    return infos


def _is_plain(name: str) -> bool:
    """Say whether a name leads nowhere; no name is ever used as a path."""
    parts = name.replace("\\", "/").split("/")
    is_local = bool(parts[0]) and ":" not in parts[0]
    return is_local and ".." not in parts and name.isprintable()


def _decrypted(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: str
) -> memoryview:
    """Return what an encrypted member says."""
    try:
        with archive.open(info) as member:
            token, salt = _token_and_salt(_Quoted(member))
        return _opened(token, _key(password, salt))
    except (_Malformed, binascii.Error) as error:
        position = f"{info.filename}#"
        what = f"an encrypted member is malformed ({error})"
        raise file_refused("broken_zip", what, None, position) from None
    except FileRefused as refused:
        refused.position = f"{info.filename}#"
        raise


class _Quoted:
    """A JSON object of texts without escapes, read piece by piece."""

    def __init__(self, member: io.BufferedIOBase):
        self._member = member
        self._rest = b""

    def to_quote(self) -> Iterator[bytes]:
        """Yield what stands before the next quotation mark, and pass over it."""
        while chunk := self._rest or self._member.read(_CHUNK_BYTES):
            piece, quote, self._rest = chunk.partition(b'"')
            yield piece
            if quote:
                return
        raise _Malformed("it ends inside a text")

    def text(self) -> bytes:
        """Return what stands before the next quotation mark, if it is short."""
        text = b""
        for piece in self.to_quote():
            text += piece
            if len(text) > _LONGEST_TEXT:
                raise _Malformed("a text is too long")
        return text

    def expect(self, sign: bytes) -> None:
        """Pass over what stands between two texts."""
        if self.text().strip() != sign:
            raise _Malformed(f"{sign.decode()} is missing")

    def expect_end(self) -> None:
        rest = self._rest
        while chunk := self._member.read(_CHUNK_BYTES):
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
    """Return a Fernet token, which is base64, and in base64 once more."""
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
    """Return the key; deriving it takes a good part of a second, on purpose."""
    return hashlib.pbkdf2_hmac(
        "sha256", password.encode(), salt, _ITERATIONS, _KEY_BYTES
    )


def _opened(token: bytearray, key: bytes) -> memoryview:
    """Return what a token says, decrypted where it lies."""
    # A slow import that only encrypted files need.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    view = memoryview(token)
    signed, signature = view[:-_SIGNATURE_BYTES], view[-_SIGNATURE_BYTES:]
    text = signed[_CIPHERTEXT_AT:]
    if not text or len(text) % _BLOCK_BYTES:
        raise _Malformed("its Fernet token is cut short")
    signing_key, text_key = key[:16], key[16:]
    if not hmac.compare_digest(hmac.digest(signing_key, signed, "sha256"), signature):
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
