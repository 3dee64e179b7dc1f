"""Flat records as JSON, one object in each line, or all in one array."""

import codecs
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO

import msgspec
from msgspec import Raw

from loaders.contract import raw_json, rules
from loaders.contract.arrow import ColumnBuffers
from loaders.contract.columns import RawTable
from loaders.contract.extract import row, take
from loaders.contract.foreign import refuse_conflict
from loaders.contract.json_array import begins_array, elements
from loaders.contract.json_object import is_crowded
from loaders.contract.limits import MAX_DEPTH, RECORD_BYTES
from loaders.contract.records import (
    BATCH_RECORDS,
    Batch,
    Quarantined,
    RecordRefused,
    file_refused,
)
from loaders.contract.warnings import Warnings

# A decoded block should fit into the cache, so that small ones decode faster.
_BLOCK_BYTES = 1_000_000
# Shorter lines are not records, and are not all held at once.
_SHORTEST_BYTES = 50
# A number too large for a double has this many digits or such an exponent.
_MAY_BE_INFINITE = re.compile(r"NaN|Infinity|[0-9]{200}|[eE]\+?0*[0-9]{3}")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# More digits than a double holds; far fewer than int() refuses.
_MOST_DIGITS = 300


# Reads a block's regular lines quickly: takes the table, the block and the number of its
# first line; returns the rows, if there are any, and its other lines with their numbers.
Fast = Callable[
    [RawTable, bytes, int], tuple[ColumnBuffers | None, Iterable[tuple[int, bytes]]]
]


# Takes the row of a record, returns codes of warnings about it.
Odd = Callable[[tuple[Any, ...]], list[str]]


def read(
    stream: BinaryIO,
    table: RawTable,
    warnings_table: RawTable,
    fast: Fast | None = None,
    odd: Odd | None = None,
) -> Iterator[Batch]:
    """Yield the records of a file as rows of `table`, and its warnings in the other.

    A line that breaks a rule is quarantined. Raises FileRefused when the file is not
    UTF-8 at all or holds no record.
    """
    warnings = Warnings(warnings_table)
    first_line, is_empty = 1, True
    for block in _blocks(stream):
        if first_line == 1 and begins_array(block):
            yield from _array(block, stream, table, warnings, odd)
            is_empty = False
            break
        line_count = block.count(b"\n")
        is_usual = line_count * _SHORTEST_BYTES <= len(block) <= RECORD_BYTES
        if block.isspace():
            columns, lines = None, ()
        elif fast and is_usual:
            columns, lines = fast(table, block, first_line)
        else:
            columns, lines = None, enumerate(io.BytesIO(block), first_line)
        if columns:
            yield Batch(table, columns, [], stream.tell())
        others = _records(table, lines, warnings, odd)
        is_empty = is_empty and not columns
        while some := list(islice(others, BATCH_RECORDS)):
            quarantined = [each for each in some if isinstance(each, Quarantined)]
            rows = [each for each in some if isinstance(each, tuple)]
            yield Batch(table, rows, quarantined, stream.tell())
            is_empty = False
        first_line += line_count + (not block.endswith(b"\n"))
    if is_empty:
        raise file_refused("empty_file", "the file holds no run")
    yield from warnings.batches(stream.tell())


def _array(
    block: bytes,
    stream: BinaryIO,
    table: RawTable,
    warnings: Warnings,
    odd: Odd | None,
) -> Iterator[Batch]:
    """Yield the records of an array whose first block is already read."""
    if block.startswith(codecs.BOM_UTF8):
        warnings.add("byte_order_mark", 1)
    rows, quarantined = [], []
    for record in _records(table, elements(block, stream), warnings, odd):
        (quarantined if isinstance(record, Quarantined) else rows).append(record)
        if len(rows) + len(quarantined) == BATCH_RECORDS:
            yield Batch(table, rows, quarantined, stream.tell())
            rows, quarantined = [], []
    if rows or quarantined:
        yield Batch(table, rows, quarantined, stream.tell())


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a file in blocks of lines; a line that is too long is cut one byte after
    the limit.
    """
    while block := stream.read(_BLOCK_BYTES):
        if not block.endswith(b"\n"):
            begun = len(block) - (block.rfind(b"\n") + 1)
            block += stream.readline(max(0, RECORD_BYTES + 1 - begun))
        rest = block
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(RECORD_BYTES)
        yield block


def _records(
    table: RawTable,
    lines: Iterable[tuple[int, bytes]],
    warnings: Warnings,
    odd: Odd | None,
) -> Iterator[tuple | Quarantined]:
    """Yield the row of each numbered line, or why the line is refused."""
    # The fields that may hold each required column.
    required = [
        [path.partition("/")[0] for path in column.paths]
        for column in table.columns
        if column.null is None and column.paths
    ]
    paths = [path for column in table.columns for path in column.paths]
    known = ", ".join(paths)
    key_columns = [table.column(name) for name in table.key]
    for number, line in lines:
        if number == 1:
            line = _without_byte_order_mark(line, warnings)
        if not line.strip():
            continue
        key, unread, fields = None, [], {}
        try:
            fields, oddities = _parse(line, required)
            key = tuple(take(column, fields) for column in key_columns)
            given = dict(zip(table.key, key, strict=True))
            record = row(table, fields, unread, line=number, **given)
            if unread:
                oddities.append("unreadable_field")
            if odd:
                oddities += odd(record)
            for code in oddities:
                warnings.add(code, number)
            yield record
        except RecordRefused as refused:
            if refused.reason_code == "invalid_json":
                refuse_conflict(line, number)
            layout = _other_layout(fields, paths) if key is None else None
            if layout or refused.reason_code == "missing_field":
                what, _, advice = refused.detail.partition("; ")
                more = layout or f"(the format's fields: {known})"
                refused.detail = f"{what} {more}; {advice}"
            excerpt = line[:2000].decode(errors="replace").strip()
            yield refused.at_line(number, excerpt, key)


def _other_layout(fields: dict[str, Any], paths: list[str]) -> str | None:
    """Return how an object holds records, and what to do; None if it may be a record."""
    if len(fields) > 1 and all(
        isinstance(each, dict | list) for each in fields.values()
    ):
        what = "in an object of columns or of records"
        return f"{what}: write one object per record, as orient='records' does"
    if fields.keys().isdisjoint(paths):
        for name, value in fields.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                what = f"in an object whose field {rules.shown(name)} holds objects"
                return f"{what}: write those as one array, or each in a line"
    return None


def _without_byte_order_mark(line: bytes, warnings: Warnings) -> bytes:
    # UTF-16 and UTF-32 put a mark or a zero byte into the first two characters.
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in line[:4]:
        raise file_refused("wrong_encoding", "it looks like UTF-16 or UTF-32", 1)
    if line.startswith(codecs.BOM_UTF8):
        warnings.add("byte_order_mark", 1)
    return line.removeprefix(codecs.BOM_UTF8)


def _parse(line: bytes, required: list[list[str]]) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of the object in a line, and codes of repairs."""
    if len(line) > RECORD_BYTES:
        raise RecordRefused("line_too_long", "the line does not end")
    if is_crowded(line):
        # Decoding without a result reports whether it nests too deep, a better reason.
        with suppress(msgspec.DecodeError):
            raw_json.record(_RAW, Raw(line))
        raise RecordRefused("too_many_values", "the line holds too many")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} of the line is not UTF-8"
        raise RecordRefused("wrong_encoding", what) from None
    fields = _loads(text)
    if rules.is_deeper(fields, MAX_DEPTH):
        raise RecordRefused("too_deep", "the nesting goes on")
    if not isinstance(fields, dict):
        raise RecordRefused("not_a_record", f"the line is {rules.shown(fields)}")
    oddities = []
    if _SURROGATE_ESCAPE.search(text):
        # json joins surrogate pairs, so the remaining ones are lone.
        whole = json.dumps(fields, ensure_ascii=False)
        if _SURROGATE.search(whole):
            fields = _loads(_SURROGATE.sub("\ufffd", whole))
            oddities.append("lone_surrogate")
    if _MAY_BE_INFINITE.search(text):
        # A record without a value that it must have is refused.
        used = {
            next((name for name in names if name in fields), None) for names in required
        }
        others = {name: fields[name] for name in fields.keys() - used}
        if not rules.is_finite(others):
            fields |= rules.made_finite(others)
            oddities.append("not_finite")
    return fields, oddities


def _loads(text: str) -> Any:
    try:
        return _DECODER.decode(text.strip())
    except json.JSONDecodeError as error:
        what = f"{error.msg} at character {error.pos + 1}"
        raise RecordRefused("invalid_json", what) from None
    except RecursionError:
        raise RecordRefused("too_deep", "the nesting goes on") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise rules.duplicate_field(name for name, _ in pairs)
    return fields


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


_RAW = msgspec.json.Decoder(Raw)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
)
