"""Decodes a trace in one pass by cutting out its log.

All values of an object decode to one type, and the parts of a trace are kept undecoded
until their names are known. The log is nearly all of a trace, so it is cut out and gets
its own type. Where to cut is a guess; but if the text before, inside and after it are
each complete JSON, then so is the trace, with the same content.
"""

import re
from typing import Any

import msgspec
from msgspec import Raw

from loaders.contract import raw_json
from loaders.contract.raw_json import Key, Section
from loaders.hal.evaluation import PARTS

LOG = "raw_logging_results"
LOG_KEY = re.compile(rf'"{LOG}"\s*:\s*'.encode())
_NEXT_KEY = re.compile(rf',\s*"(?:{"|".join(sorted(PARTS))})"\s*:'.encode())
# A trace that has more before or after its log is left to `hal`.
MOST_BEFORE = 32_000_000
_MOST_AFTER = 4_000_000
_MOST_GUESSES = 50
_SPACE = b" \t\r\n"
_MOST_SPACE = 1_000

_SECTIONS = raw_json.decoder(Section)
_TASKS = raw_json.decoder(dict[Key, Section])
_CALLS = raw_json.decoder(list[Raw])


class CutLog:
    """Decodes a whole trace, as a decoder of msgspec does."""

    def decode(self, data: memoryview) -> dict[Key, Any]:
        """Return the parts of a trace; raise ValidationError if it cannot."""
        try:
            return _decoded(data)
        except msgspec.DecodeError:
            raise msgspec.ValidationError("a guess was wrong") from None


def _decoded(data: memoryview) -> dict[Key, Any]:
    before, start, end, after = log_cut_out(data)
    is_by_task = data[start : start + 1] == b"{"
    log = (_TASKS if is_by_task else _CALLS).decode(data[start:end])
    if is_by_task and len(set(map(str, log))) < len(log):
        raise msgspec.ValidationError("a task is duplicated")
    # The log's key is the last one before it.
    return {**before, next(reversed(before)): log, **after}


def log_cut_out(data: memoryview) -> tuple[Section, int, int, Section]:
    """Return the parts before the log with its key, where it begins and ends, and the
    parts after it; raise DecodeError if that cannot be guessed.
    """
    key = LOG_KEY.search(data, 0, MOST_BEFORE)
    if key is None or data[key.end() : key.end() + 1] not in (b"{", b"["):
        raise msgspec.ValidationError("there is no log of calls")
    before = _SECTIONS.decode(bytes(data[: key.end()]) + b"null}")
    return before, key.end(), *_tail(data, key.end())


def _tail(data: memoryview, start: int) -> tuple[int, Section]:
    """Return where the log that begins at `start` ends, and the parts after it."""
    window = max(start, len(data) - _MOST_AFTER)
    guesses = [found.start() for found in _NEXT_KEY.finditer(data, window)]
    for at in guesses[-_MOST_GUESSES:]:
        try:
            return at, _SECTIONS.decode(b"{" + bytes(data[at + 1 :]))
        except msgspec.DecodeError:
            continue
    # Or the log comes last, and the trace ends behind it.
    window = max(start, len(data) - _MOST_SPACE)
    ending = bytes(data[window:]).rstrip(_SPACE)
    if not ending.endswith(b"}"):
        raise msgspec.ValidationError("the end of the log cannot be guessed")
    return window + len(ending) - 1, {}
