"""JSON as Inspect writes it: with bare NaN and Infinity, which are values of scores."""

import json
import math
import mmap
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from loaders.contract import raw_json, repair, rules
from loaders.contract.limits import MAX_DEPTH, MAX_VALUES
from loaders.contract.long_keys import LONG_BYTES
from loaders.contract.records import RecordRefused
from loaders.contract.unpacked import Spooled, forget

# Replaces a number that JSON does not have; no log contains this text.
_MARK = "\0number:"
_NUMBERS = {f"{_MARK}{name}": float(name) for name in ("NaN", "Infinity", "-Infinity")}
_MARK_AS_WRITTEN = rb"\u0000number:"
# Limit of such numbers, or of lone surrogates, in one document.
_MOST_ODD = 2 * MAX_VALUES

_PIECE_BYTES = 1 << 20

_Found = TypeVar("_Found")
Number = int | float | str | bool | None
# Replaces a missing field, because a Raw cannot be None.
NOTHING = Raw(b"null")


class Malformed(Exception):
    """A document is not JSON, or not of the expected type."""

    def __init__(self, reason_code: str, what: str, position: str = ""):
        super().__init__(what)
        self.reason_code = reason_code
        self.what = what
        # `byte <n>`, or a JSON pointer.
        self.position = position


def decode(data: Any, decoder: msgspec.json.Decoder) -> Any:
    """Return a document decoded, or raise Malformed."""
    view = memoryview(data)
    try:
        raw_json.check_text(view)
    except UnicodeDecodeError as error:
        what, at = "a byte is not UTF-8", f"byte {error.start}"
        raise Malformed("wrong_encoding", what, at) from None
    if view[:3] == b"\xef\xbb\xbf":
        view = view[3:]
    try:
        try:
            return decoder.decode(view)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            # Only if needed, because it makes a copy.
            odd = (repair.constants(view), raw_json.lone_surrogates(view))
            if all(next(each, None) is None for each in odd):
                raise
            return decoder.decode(_with_numbers(view))
    except RecursionError:
        what = f"it nests more than {MAX_DEPTH} levels"
        raise Malformed("too_deep", what) from None
    except msgspec.ValidationError as error:
        refused = raw_json.record_refused(error)
        what = refused.detail.partition(";")[0]
        raise Malformed(refused.reason_code, what) from None
    except msgspec.DecodeError as error:
        raise _malformed(error, len(view)) from None


def record(raw: Raw, decoder: msgspec.json.Decoder) -> Any:
    """Return one record, decoded; or raise RecordRefused."""
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise raw_json.record_refused(error) from None
    except RecursionError:
        raise RecordRefused("too_deep", "the nesting goes on") from None
    except msgspec.DecodeError as error:
        raise RecordRefused("wrong_type", str(error)) from None


def value(raw: Raw) -> Any:
    """Return the plain value of a field, or raise RecordRefused."""
    found = record(raw, _ANYTHING)
    if rules.is_deeper(found, MAX_DEPTH):
        raise RecordRefused("too_deep", "the nesting goes on")
    return number(found) if isinstance(found, str) else found


def plain(raw: Raw) -> Any:
    """Return a value to compare: NaN as a text, which equals itself."""
    return record(raw, _ANYTHING)


def number(found: Any) -> Any:
    """Return the number in a text; anything else unchanged."""
    return _NUMBERS.get(found, found) if isinstance(found, str) else found


def json_text(raw: Raw) -> str | None:
    """Return a value as JSON text, None for an empty one; null for a number that JSON
    does not have.
    """
    written = bytes(raw)
    if written in (b"null", b"{}", b"[]"):
        return None
    if _MARK_AS_WRITTEN not in written:
        return written.decode()
    return json.dumps(_finite(record(raw, _ANYTHING)), ensure_ascii=False)


def _finite(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _finite(inside) for name, inside in found.items()}
    if isinstance(found, list):
        return [_finite(inside) for inside in found]
    found = number(found)
    return None if isinstance(found, float) and not math.isfinite(found) else found


def _with_numbers(data: memoryview) -> memoryview:
    """Return a document with texts for NaN and Infinity, and U+FFFD for half pairs.

    A long one is written to a file, so that memory never holds it twice.
    """
    for _ in _limited(repair.lone_surrogates(data)):
        pass
    pieces = _pieces_with_numbers(data)
    if len(data) <= LONG_BYTES:
        joined = memoryview(bytearray().join(pieces))
    else:
        joined = memoryview(Spooled(pieces).map(mmap.ACCESS_WRITE))
        forget(data)
    for _ in repair.replace_lone_surrogates(joined):
        pass
    return joined


def _pieces_with_numbers(data: memoryview) -> Iterator[bytes]:
    joined, at = bytearray(), 0
    for start, end in _limited(repair.constants(data)):
        yield from _moved(data[at:start], joined)
        joined += b'"%s%s"' % (_MARK_AS_WRITTEN, data[start:end])
        at = end
    yield from _moved(data[at:], joined)
    yield bytes(joined)


def _moved(data: memoryview, joined: bytearray) -> Iterator[bytes]:
    """Append bytes to `joined`; yield it and clear it whenever it is a full piece."""
    for at in range(0, len(data), _PIECE_BYTES):
        joined += data[at : at + _PIECE_BYTES]
        if len(joined) > _PIECE_BYTES:
            yield bytes(joined)
            joined.clear()


def _limited(found: Iterator[_Found]) -> Iterator[_Found]:
    for count, each in enumerate(found):
        if count == _MOST_ODD:
            what = f"it has more than {_MOST_ODD:,} values that are not JSON"
            raise Malformed("not_json", what)
        yield each


def _malformed(error: msgspec.DecodeError, length: int) -> Malformed:
    message = str(error)
    if "truncated" in message:
        return Malformed("truncated", "it ends inside a value", f"byte {length}")
    what, _, at = message.removeprefix("JSON is malformed: ").partition(" (byte ")
    return Malformed("not_json", what, f"byte {at.rstrip(')')}" if at else "")


_ANYTHING = msgspec.json.Decoder(Any)
