"""JSON as a HAL trace writes it: decoded in place, repaired where Python wrote more.

msgspec reads a trace where it lies in memory and builds only what a type asks for, so
message text is passed over. It refuses a whole document for what Python's own writer
puts into it: NaN, Infinity and lone surrogates. Those are repaired in a private copy of
their pages (to null and U+FFFD, as Python's tolerant reader would), and noted.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Raw

from loaders.contract import repair, rules
from loaders.contract.limits import MAX_DEPTH, MAX_TRACE_RECORDS, RECORD_BYTES
from loaders.contract.records import (
    FileRefused,
    Quarantined,
    RecordRefused,
    file_refused,
)
from loaders.contract.repair import Repaired, constants, lone_surrogates
from loaders.contract.rules import is_deeper
from loaders.contract.unpacked import forget

# The part checked at a time stays in the cache, at four bytes each.
_CHUNK_BYTES = 1 << 14
_BYTE_ORDER_MARK = codecs.BOM_UTF8
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# A text, complete or cut off, or a separator of entries.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],]', re.DOTALL)
# Of lists there may be as many entries of so many bytes as a file has, and of sections,
# which take four times the memory.
_ENTRY_BYTES = 20
_SECTION_ENTRY_BYTES = 100
_EXCERPT_BYTES = 2_000

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_BYTE = re.compile(r" \(byte (\d+)\)$")
_REASON_BY_MESSAGE = {
    "Object missing required field": "missing_field",
    "Integer value out of range": "value_too_large",
    "Number out of range": "not_finite",
}


class Key(str):
    """A key of an object; each occurrence differs, so that none hides another."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


# Whole numbers are ids too.
Id = str | int
Scalar = str | int | float | bool | None
# An object's entries in order, duplicates included, values not decoded.
Section = dict[Key, Raw]


class Pointer(str):
    """A JSON pointer; `pointer / "name"` points to what is inside."""

    __slots__ = ()

    def __truediv__(self, name: str | int) -> "Pointer":
        escaped = str(name).replace("~", "~0").replace("/", "~1")
        return Pointer(f"{self}/{escaped}")


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one JSON document."""

    data: Any
    # Returns the same bytes, free to be written to.
    private: Callable[[], Any]
    # Where it begins: empty, or `member#` in a zip.
    root: Pointer

    def refused(
        self, reason_code: str, what: str, position: "Pointer | str" = ""
    ) -> FileRefused:
        """Return the refusal of the file for what is at a pointer or a byte."""
        if not isinstance(position, Pointer):
            position = f"{self.root}{position}"
        return file_refused(reason_code, what, None, str(position) or None)


def decoder(kind: Any) -> msgspec.json.Decoder:
    """Return a decoder for `kind`, which may have sections."""
    return msgspec.json.Decoder(kind, dec_hook=lambda type_, value: type_(value))


def decode(
    document: Document, decoders: tuple[msgspec.json.Decoder, ...]
) -> tuple[Any, list[Repaired]]:
    """Return the result of the first decoder whose type fits the document, and the
    repairs.

    Raises FileRefused if it is not JSON, or of another type.
    """
    start = _checked_start(document)
    data = memoryview(document.data)[start:]
    repaired = [_order_mark()] if start == len(_BYTE_ORDER_MARK) else []
    try:
        return _decode(document, decoders, data), repaired
    except FileRefused as refused:
        kinds = (lone_surrogates(data), constants(data))
        if all(next(found, None) is None for found in kinds):
            raise refused from None
    # Of two maps of the same bytes one is in memory.
    forget(memoryview(document.data))
    too_many = ""
    try:
        data, more = repair.repaired(memoryview(document.private())[start:], start)
    except repair.TooManyError as error:
        too_many = str(error)
    if too_many:
        # Not while the other map is held by the error.
        raise document.refused("not_json", too_many)
    repaired += more
    return _decode(document, decoders, data), repaired


def entries_once(section: Any, at: Pointer) -> Iterator[tuple[str, Raw | Quarantined]]:
    """Yield each name with its value, or with the reason why its value is refused.

    Names are tasks or models, normalised. Of equal entries the first counts; of
    different ones none does. Null has no entries, and anything but an object is refused
    under an empty name.
    """
    if section is None:
        return
    if not isinstance(section, dict):
        yield "", wrong_kind(section).at_pointer(at, excerpt(section))
        return
    if len(section) > MAX_TRACE_RECORDS:
        what = f"there are {len(section):,} entries"
        raise file_refused("too_many_records", what, None, at)
    names = [rules.canonical(str(key)) for key in section]
    counts = Counter(names)
    copies: dict[str, set[bytes]] = {}
    for name, raw in zip(names, section.values(), strict=True):
        if counts[name] > 1:
            copies.setdefault(name, set()).add(bytes(raw))
    loaded = set()
    for name, raw in zip(names, section.values(), strict=True):
        if len(copies.get(name, ())) > 1:
            code, what = "conflicting_duplicate", "appears more than once and differs"
        elif name in loaded:
            code, what = "duplicate_record", "appears more than once"
        else:
            loaded.add(name)
            yield name, raw
            continue
        refused = RecordRefused(code, f"{rules.shown(name)} {what}")
        yield name, refused.at_pointer(at / name, excerpt(raw))


def items(found: Any, at: Pointer) -> Iterator[tuple[str, Any]]:
    """Yield the entries of an object once each, those of a list by position."""
    if isinstance(found, dict):
        yield from entries_once(found, at)
    elif isinstance(found, list):
        yield from ((str(index), item) for index, item in enumerate(found))


def entries_whole(
    document: Document, section: Section, at: Pointer
) -> Iterator[tuple[str, Any]]:
    """Yield the entries of an object that must not contradict itself."""
    seen = set()
    for name, found in section.items():
        name = str(name)
        if name in seen:
            what = f"the key {rules.shown(name)} is duplicated in one object"
            raise document.refused("duplicate_key", what, at / name)
        seen.add(name)
        yield name, found


def has_more_than(
    most: int,
    data: Any,
    start: int = 0,
    levels: int = 1,
    entry_bytes: int = _ENTRY_BYTES,
) -> bool:
    """Return whether a list or an object has more entries, judging by its beginning.

    Those of lists and objects inside count too, `levels` deep. Before it is decoded:
    each entry takes 70 bytes and more, however small it is; for those longer than
    `entry_bytes` there is room.
    """
    beginning = bytes(memoryview(data)[start : start + entry_bytes * most])
    if beginning.count(b",") < most:
        return False
    depth = count = 0
    for token in _TOKEN.finditer(beginning):
        sign = token[0]
        if sign == b",":
            count += depth <= levels
        elif len(sign) == 1:
            depth += 1 if sign in b"{[" else -1
        if depth == 0 or count >= most:
            break
    return count >= most


def part(found: Any, at: Pointer | None = None) -> Any:
    """Return a part of a trace one level deep: a list, a section or a scalar."""
    if not isinstance(found, Raw):
        return found
    if at is not None and has_more_than(
        MAX_TRACE_RECORDS, found, entry_bytes=_SECTION_ENTRY_BYTES
    ):
        raise file_refused("too_many_records", "its entries go on", None, at)
    try:
        return record(_PART, found)
    except RecordRefused as refused:
        if refused.reason_code == "text_too_long":
            return excerpt(found)  # That it is text is all that is asked.
        return found  # A number that does not fit a double.


def record(decoder: msgspec.json.Decoder, found: Any) -> Any:
    """Return one record decoded, or raise RecordRefused."""
    raw = found if isinstance(found, Raw) else msgspec.json.encode(found)
    view = memoryview(raw)
    if view.nbytes > RECORD_BYTES and view[:1] == b'"':
        # As text it would be in memory several times.
        raise RecordRefused("text_too_long", f"a text is {view.nbytes:,} bytes long")
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise record_refused(error) from None
    except RecursionError:
        raise RecordRefused("too_deep", "the nesting goes on") from None


def record_refused(error: msgspec.ValidationError) -> RecordRefused:
    """Return the refusal of a record that a decoder rejected."""
    message = _MESSAGE.fullmatch(str(error))
    what, path = message["what"].replace("`", ""), message["path"]
    is_whole = path is None and what.startswith("Expected object")
    code = "not_a_record" if is_whole else "wrong_type"
    for beginning, reason_code in _REASON_BY_MESSAGE.items():
        if what.startswith(beginning):
            code = reason_code
    what = what[0].lower() + what[1:]
    return RecordRefused(code, f"{path}: {what}" if path else what)


def fields(found: Raw | Section) -> dict[str, Any]:
    """Return the fields of an object by name; raise RecordRefused if one is duplicated.

    A decoder of msgspec would take the last of them.
    """
    section = found if isinstance(found, dict) else record(SECTION, found)
    named = dict(zip(map(str, section), section.values(), strict=True))
    if len(named) < len(section):
        raise rules.duplicate_field(map(str, section))
    return named


def check_once(found: Raw, levels: int = MAX_DEPTH) -> None:
    """Raise RecordRefused if a field is duplicated in a value, `levels` deep."""
    start = bytes(memoryview(found)[:1])
    pieces = fields(found).values() if start == b"{" else ()
    if levels == 1 or not re.search(rb"[{]", memoryview(found)[1:]):
        return
    if start == b"[":
        pieces = _ITEMS.decode(found)
    for piece in pieces:
        check_once(piece, levels - 1)


def value(raw: Raw) -> Any:
    """Return the plain value of a field, or raise RecordRefused."""
    found = record(_ANYTHING, raw)
    if is_deeper(found, MAX_DEPTH):
        raise RecordRefused("too_deep", "the nesting goes on")
    return found


def wrong_kind(found: Any) -> RecordRefused:
    """Return the refusal of a value that should be a list or an object."""
    kind = {list: "a list", dict: "an object"}.get(type(found))
    if isinstance(found, Raw):  # A number that does not fit a double.
        kind = f"the number {rules.shown(excerpt(found))}"
    return RecordRefused("wrong_type", f"it is {kind or rules.shown(found)}")


def excerpt(found: Any) -> str:
    """Return the beginning of a value as written."""
    if isinstance(found, dict):
        written = _beginning(found)
    else:
        written = found if isinstance(found, Raw) else msgspec.json.encode(found)
    return bytes(memoryview(written)[:_EXCERPT_BYTES]).decode(errors="replace")


def _beginning(found: dict[str, Any]) -> bytes:
    """Return an object as JSON; of a long one the beginning, or a little more."""
    written, separator = b"{", b""
    for name, value in found.items():
        if len(written) > _EXCERPT_BYTES:
            return written
        if isinstance(value, Raw) and memoryview(value).nbytes > _EXCERPT_BYTES:
            inside = bytes(memoryview(value)[:_EXCERPT_BYTES])
        else:
            inside = msgspec.json.encode(value)
        written += b"%s%s:%s" % (separator, msgspec.json.encode(str(name)), inside)
        separator = b","
    return written + b"}"


_ANYTHING = decoder(Any)
_ITEMS = decoder(list[Raw])
SECTION = decoder(Section)
_PART = decoder(list[Raw] | Section | Scalar)


def _decode(
    document: Document, decoders: tuple[msgspec.json.Decoder, ...], data: memoryview
) -> Any:
    error = None
    try:
        for each in decoders:
            try:
                return each.decode(data)
            except msgspec.ValidationError as unfit:
                error = unfit
    except RecursionError:
        raise document.refused("too_deep", "the nesting goes on") from None
    except msgspec.DecodeError as malformed:
        raise _malformed(document, malformed, data) from None
    what = record_refused(error).detail.partition(";")[0]
    raise document.refused("not_a_trace", what)


def _malformed(
    document: Document, error: msgspec.DecodeError, data: memoryview
) -> FileRefused:
    message = str(error)
    if "truncated" in message:
        position = f"byte {len(data)}"
        return document.refused("truncated", "it ends inside a value", position)
    found = _BYTE.search(message)
    position = f"byte {found[1]}" if found else ""
    what = _BYTE.sub("", message).removeprefix("JSON is malformed: ")
    return document.refused("not_json", what, position)


def _checked_start(document: Document) -> int:
    """Return where the text begins; all of it is UTF-8."""
    data = memoryview(document.data)
    head = bytes(data[:4])
    # UTF-16 and UTF-32 put a mark or a zero byte into the first two characters.
    if head.startswith(_WIDE_MARKS) or b"\0" in head:
        raise document.refused("wrong_encoding", "it looks like UTF-16 or UTF-32")
    try:
        check_text(data)
    except UnicodeDecodeError as error:
        raise document.refused(
            "wrong_encoding", "a byte is not UTF-8", f"byte {error.start}"
        ) from None
    return len(_BYTE_ORDER_MARK) if head.startswith(_BYTE_ORDER_MARK) else 0


def check_text(data: memoryview) -> None:
    """Raise UnicodeDecodeError, with where it is, if a byte is not UTF-8."""
    at = 0
    while at < len(data):
        piece = data[at : at + _CHUNK_BYTES]
        is_last = at + _CHUNK_BYTES >= len(data)
        try:
            _, length = codecs.utf_8_decode(piece, "strict", is_last)
        except UnicodeDecodeError as error:
            error.start += at
            raise
        at += length


def _order_mark() -> Repaired:
    return Repaired("byte_order_mark", "the byte order mark was skipped", 0)
