"""Files that are one JSON object, some of whose parts are records."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Raw

from loaders.contract import json_array, raw_json, rules
from loaders.contract.columns import Column, RawTable
from loaders.contract.extract import as_json
from loaders.contract.files import OpenFile
from loaders.contract.limits import MAX_DEPTH, MAX_FIELDS, MAX_VALUES
from loaders.contract.place import pointer_to
from loaders.contract.raw_json import Document, Pointer, Section
from loaders.contract.records import Quarantined, RecordRefused
from loaders.contract.repair import Repaired
from loaders.contract.times import time

_SECTION = (raw_json.decoder(Section),)
# Fields up to this length are counted before they are decoded: a file has fewer longer
# ones.
_FIELD_BYTES = 200
# Decoded and written, it is in memory several times.
_MOST_FIELD_BYTES = 32 << 20
_LIST = raw_json.decoder(list[Raw])
# How much of a value is copied at a time.
_COUNTED_BYTES = 1 << 20
# Numbers and texts in lists; a trial may have one for each of its tokens.
_MOST_ITEMS = 10 * MAX_VALUES

_CONSTANT = re.compile("-?(?:NaN|Infinity)")
# A number of attempts, as JSON writes it.
_K = re.compile("[1-9][0-9]{0,12}")

# A row of a table, or why it is refused.
Record = tuple[RawTable, tuple | Quarantined]


def entries(stream: OpenFile) -> tuple[dict[str, Raw], list[Quarantined]]:
    """Return the entries of the object, not decoded, and what was read as null.

    Raises FileRefused if the file is not a JSON object, or contradicts itself.
    """
    document = Document(stream.map(), stream.map_private, Pointer())
    if raw_json.has_more_than(MAX_FIELDS, document.data, entry_bytes=_FIELD_BYTES):
        raise document.refused("too_many_records", "its fields go on")
    section, repaired = raw_json.decode(document, _SECTION)
    if len(section) > MAX_FIELDS:
        what = f"it has {len(section):,} fields"
        raise document.refused("too_many_records", what)
    whole = dict(raw_json.entries_whole(document, section, document.root))
    return whole, [
        _not_finite(document, each) for each in repaired if each.code == "not_finite"
    ]


def _not_finite(document: Document, repaired: Repaired) -> Quarantined:
    """Return the quarantine entry for numbers that JSON does not have."""
    at = repaired.first_byte
    pointer = pointer_to(document.data, at)
    # The longest of them, and the space before it that null took.
    written = bytes(memoryview(document.data)[at : at + 10]).decode(errors="replace")
    refused = RecordRefused(repaired.code, repaired.detail)
    return refused.at_pointer(pointer, _CONSTANT.search(written)[0])


def fields(found: Raw | dict[str, Raw]) -> dict[str, Any]:
    """Return an object with its values decoded, or raise RecordRefused."""
    named = found if isinstance(found, dict) else raw_json.fields(found)
    for name, raw in named.items():
        size_bytes = memoryview(raw).nbytes
        if size_bytes > _MOST_FIELD_BYTES:
            what = f"{name} is {size_bytes:,} bytes long"
            raise RecordRefused("text_too_long", what)
        if is_crowded(raw):
            raise RecordRefused("too_many_values", f"{name} holds too many")
        raw_json.check_once(raw)
    return {name: raw_json.value(raw) for name, raw in named.items()}


def is_crowded(raw: Raw) -> bool:
    """Return whether a value has more lists, objects and fields than any record has, or
    more numbers and texts.
    """
    data = memoryview(raw)
    if data.nbytes <= MAX_VALUES:
        return False
    count = comma_count = 0
    for start in range(0, data.nbytes, _COUNTED_BYTES):
        piece = bytes(data[start : start + _COUNTED_BYTES])
        count += piece.count(b"{") + piece.count(b"[") + piece.count(b'":')
        comma_count += piece.count(b",")
        if count > MAX_VALUES:
            return True
    # Texts have commas too.
    return comma_count > _MOST_ITEMS and raw_json.has_more_than(
        _MOST_ITEMS, raw, levels=MAX_DEPTH
    )


def items(raw: Raw) -> Iterator[Raw]:
    """Yield the items of a list one by one; raise RecordRefused if it is not a list."""
    data = memoryview(raw)
    if data.nbytes <= _COUNTED_BYTES or data[:1] != b"[":
        yield from raw_json.record(_LIST, raw)
        return
    # A list of all of them would take many times their bytes.
    for _, item in json_array.elements(b"", _View(data)):
        yield Raw(item)


class _View:
    """Bytes in memory, to be read piece by piece; io.BytesIO would copy them."""

    def __init__(self, data: memoryview):
        self._data, self._at = data, 0

    def read(self, size: int) -> bytes:
        piece = bytes(self._data[self._at : self._at + size])
        self._at += len(piece)
        return piece


def numbers_by_k(found: Any) -> Iterator[tuple[int, float | None]]:
    """Yield each k and value of an object such as {"2": 0.75}; None: not a number."""
    for k, value in found.items() if isinstance(found, dict) else ():
        # Two spellings, such as 2 and 02, would be one k; Python does not read thousands
        # of digits.
        if _K.fullmatch(k) and int(k) <= rules.MAX_COUNT:
            yield int(k), number_or_none(value)


# ---------------------------------------------------------------- columns

POINTER = Column(
    "pointer", "varchar", "JSON pointer to the record; empty: the whole file."
)
NOT_THERE = "Null where the file has none."


def text_column(name: str, path: str, meaning: str) -> Column:
    """Return a column of text that the file may leave out."""
    return Column(name, "varchar", meaning, path, null=NOT_THERE, rule=rules.text)


def count_column(name: str, path: str | None, meaning: str) -> Column:
    """Return a column of counts that the file may leave out."""
    return Column(name, "bigint", meaning, path, null=NOT_THERE, rule=rules.count)


def time_column(name: str, path: str, meaning: str, null: str = NOT_THERE) -> Column:
    """Return a column of times, as written, that the file may leave out."""
    return Column(name, "varchar", meaning, path, null=null, rule=time)


# ---------------------------------------------------------------- rules


def number_or_none(value: Any) -> float | None:
    """Return a finite number, None for anything else."""
    try:
        return rules.number("", value)
    except RecordRefused:
        return None


def boolean(name: str, value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        what = f"{name} is {rules.shown(value)}"
        raise RecordRefused("wrong_type", what)
    return value


def json_text(_name: str, value: Any) -> str | None:
    """Return an object or a list as JSON text, null where it is empty."""
    return as_json(value)
