"""The records of a JSON array, one at a time in memory."""

import re
from collections.abc import Iterator
from typing import Protocol

from loaders.contract.limits import RECORD_BYTES
from loaders.contract.records import file_refused

_BLOCK_BYTES = 1 << 20
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")
_SPACE = re.compile(rb"\s*")
_BETWEEN = re.compile(rb"[\s,]*")
# Texts, complete or not, and whatever opens or closes a list or an object.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[{\[]|[}\]]', re.DOTALL)
_SCALAR_END = re.compile(rb"[\s,\]]")


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def begins_array(block: bytes) -> bool:
    """Return whether a file that begins with `block` is an array of objects."""
    return _BEGINNING.match(block) is not None


def elements(begun: bytes, stream: _Stream) -> Iterator[tuple[int, bytes]]:
    """Yield the elements of an array, each with the line on which it begins.

    `begun` is the part already read, if any. Text after the array, or a truncated end,
    is an element that is not JSON.
    """
    buffer, line = begun or stream.read(_BLOCK_BYTES), 1
    at = buffer.index(b"[") + 1
    line += buffer.count(b"\n", 0, at)
    while True:
        start = _BETWEEN.match(buffer, at).end()
        line += buffer.count(b"\n", at, start)
        at = start
        end = -1
        if at < len(buffer):
            if buffer[at : at + 1] == b"]":
                break
            end = _end(buffer, at)
        if end < 0:
            if len(buffer) - at > RECORD_BYTES:
                raise file_refused("record_too_large", "a record does not end", line)
            more = stream.read(_BLOCK_BYTES)
            if not more:
                yield line, buffer[at:] or b"(the array does not end)"
                return
            buffer, at = buffer[at:] + more, 0
            continue
        yield line, buffer[at:end]
        line += buffer.count(b"\n", at, end)
        at = end
    at += 1
    while True:
        start = _SPACE.match(buffer, at).end()
        line += buffer.count(b"\n", at, start)
        if start < len(buffer):
            yield line, b"] " + buffer[start : start + RECORD_BYTES]
            return
        buffer, at = stream.read(_BLOCK_BYTES), 0
        if not buffer:
            return


def _end(buffer: bytes, at: int) -> int:
    """Return where the element that begins there ends, -1 if not known yet."""
    if buffer[at] not in b'{["':
        found = _SCALAR_END.search(buffer, at)
        return found.start() if found else -1
    depth = 0
    for token in _TOKEN.finditer(buffer, at):
        sign = token[0][:1]
        if sign == b'"':
            if not token[1]:
                return -1
        else:
            depth += 1 if sign in b"{[" else -1
        if depth <= 0:
            return token.end()
    return -1
