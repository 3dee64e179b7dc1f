"""What Python's JSON writer writes and JSON does not have: NaN, Infinity, half a pair."""

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from loaders.contract.long_keys import LONG_BYTES
from loaders.contract.unpacked import Spooled

# What comes before a constant, which no string holds, and the constant if it is there.
# Atomic, so that nothing is tried twice, and some thousand pieces at a time, so that a
# gigabyte needs no memory. A possessive group of these would do both, but Python before
# 3.11.5 finds only the first constant with it.
_CONSTANT = re.compile(
    rb'(?>(?:[^"NI-]++|-(?![NI])|"[^"\\]*+(?:\\.[^"\\]*+)*+"){0,4096})'
    rb"(-?(?:NaN|Infinity))?",
    re.DOTALL,
)
# A pair of surrogates, or one that may be alone.
_SURROGATES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
_ESCAPE_BYTES = 6
_NULL = b"null"
# Of a document that has more of them nobody waits for the last one.
_MOST_ODD = 2_000_000
_PIECE_BYTES = 1 << 20


class TooManyError(Exception):
    """A document has more of them than any harness writes."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was not JSON, and how often it was repaired."""

    code: str
    detail: str
    first_byte: int


# Where something begins and ends that JSON does not know.
Span = tuple[int, int]


def lone_surrogates(data: memoryview) -> Iterator[Span]:
    """Yield where there is half of a pair of surrogates."""
    for match in _SURROGATES.finditer(data):
        is_alone = len(match[0]) == _ESCAPE_BYTES
        if is_alone and _is_escape(data, match.start()):
            yield match.span()


def constants(data: memoryview) -> Iterator[Span]:
    """Yield where NaN and Infinity are, with their sign."""
    at = 0
    while (found := _CONSTANT.match(data, at)).end() > at:
        if found[1] is not None:
            yield found.span(1)
        at = found.end()


def _is_escape(data: memoryview, at: int) -> bool:
    """Say whether the backslash there is not itself escaped."""
    before = at
    while before and data[before - 1] == ord("\\"):
        before -= 1
    return (at - before) % 2 == 0


def replace_lone_surrogates(data: memoryview) -> Iterator[int]:
    """Write U+FFFD over each half of a pair, in place, and yield where."""
    for start, end in lone_surrogates(data):
        data[start:end] = rb"\ufffd"
        yield start


def repaired(data: memoryview, offset: int) -> tuple[Any, list[Repaired]]:
    """Return a document as JSON, and what was repaired.

    In place, so that a flood of them takes no memory, or joined again from the first one
    for which there is no room. The document begins at `offset`.
    """
    found = []
    at = count = 0
    for start in replace_lone_surrogates(data):
        at = at if count else start
        count += 1
        if count > _MOST_ODD:
            raise _too_many("half a surrogate pair")
    if count:
        found.append(_described("lone_surrogate", count, offset + at))
    numbers = _Numbers(data)
    joined = numbers.put_right()
    if numbers.count:
        found.insert(0, _described("not_finite", numbers.count, offset + numbers.first))
    return joined, found


class _Numbers:
    """The numbers in a document that JSON does not have."""

    def __init__(self, data: memoryview):
        self._data = data
        self.count = 0
        self.first = 0

    def put_right(self) -> Any:
        data, spans = self._data, self._spans()
        for start, end in spans:
            if end - start < len(_NULL):
                pieces = self._joined(chain([(start, end)], spans))
                if len(data) <= LONG_BYTES:
                    return b"".join(pieces)
                return Spooled(pieces).map(mmap.ACCESS_READ)
            data[start:end] = _NULL.ljust(end - start)
        return data

    def _spans(self) -> Iterator[Span]:
        """Yield where they are, with the space before them if null needs it."""
        data, space = self._data, ord(" ")
        for start, end in constants(data):
            if start and end - start < len(_NULL) and data[start - 1] == space:
                start -= 1
            self.first = self.first if self.count else start
            self.count += 1
            if self.count > _MOST_ODD:
                raise _too_many("NaN or Infinity")
            yield start, end

    def _joined(self, spans: Iterator[Span]) -> Iterator[bytes]:
        """Yield pieces of the document with null for each."""
        data, at, joined = self._data, 0, bytearray()
        for start, end in spans:
            while start - at > _PIECE_BYTES:
                joined += data[at : at + _PIECE_BYTES]
                at += _PIECE_BYTES
                yield bytes(joined)
                joined.clear()
            joined += data[at:start]
            joined += _NULL
            at = end
            if len(joined) > _PIECE_BYTES:
                yield bytes(joined)
                joined.clear()
        yield bytes(joined)
        while at < len(data):
            yield bytes(data[at : at + _PIECE_BYTES])
            at += _PIECE_BYTES


_KINDS = {
    "not_finite": ("NaN or Infinity", "null"),
    "lone_surrogate": ("half a surrogate pair", "U+FFFD"),
}


def _described(code: str, count: int, first: int) -> Repaired:
    what, instead = _KINDS[code]
    times = "once" if count == 1 else f"{count:,} times"
    detail = f"{what} appears there {times} and was read as {instead}"
    return Repaired(code, detail, first)


def _too_many(what: str) -> TooManyError:
    return TooManyError(f"{what} appears more than {_MOST_ODD:,} times")
