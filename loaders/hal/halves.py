"""A large trace, decoded by two processes, each of them half of its log.

The log is cut out of the trace, and in two between two of its entries. Where to cut is
a guess; but if the first half is whole once it is closed, the cut stands between two
entries, so if the second is whole once it is opened, both say what the trace says.
What no guess fits, and what is wrong in any way, is left to who reads the trace whole.
"""

import os
import re
from typing import Any

import msgspec

from loaders.contract import raw_json
from loaders.contract.raw_json import Document, Key
from loaders.hal.by_task import log_cut_out
from loaders.hal.calls import Call, TaskLog

# A smaller trace is decoded before the second process is there.
HALVED_BYTES = 32_000_000

_TEXT = rb'"(?:[^"\\]|\\.)*+"'
_FIRST_FIELD = re.compile(rb"\s*\{\s*(" + _TEXT + rb")")
_FIRST_TASK = re.compile(rb"\s*" + _TEXT + rb"\s*:")
_CALLS = raw_json.decoder(list[Call])
_TASKS = raw_json.decoder(dict[Key, TaskLog])
_TASKS_IN_ORDER = raw_json.decoder(list[tuple[str, TaskLog]])


def decoded(document: Document) -> dict[Key, Any] | None:
    """Return the parts of a trace, None where two processes cannot decode it."""
    try:
        return _decoded(document)
    # OSError: no second process can be started.
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, OSError):
        return None


def _decoded(document: Document) -> dict[Key, Any] | None:
    data = memoryview(document.data)
    before, start, end, after = log_cut_out(data)
    is_list = data[start : start + 1] == b"["
    cut = _cut(data, start, end, is_list)
    if cut is None:
        return None
    # Written to by both, each in its own copy of the page.
    private = memoryview(document.private())
    answer, question = os.pipe()
    helper = os.fork()
    if not helper:
        try:
            os.close(answer)
            raw_json.check_text(private[cut:])
            private[cut : cut + 1] = data[start : start + 1]
            with open(question, "wb") as pipe:
                pipe.write(_encoded(private[cut:end], is_list))
        except BaseException:  # noqa: BLE001 -- whatever it is, the trace is read whole
            os._exit(1)
        os._exit(0)
    os.close(question)
    try:
        raw_json.check_text(private[:cut])
        private[cut : cut + 1] = b"]" if is_list else b"}"
        first = (_CALLS if is_list else _TASKS).decode(private[start : cut + 1])
        with open(answer, "rb", closefd=False) as pipe:
            written = pipe.read()
    finally:
        os.close(answer)
        _, status = os.waitpid(helper, 0)
    if status:
        return None
    log = _joined(first, written, is_list)
    # The log's key is the last one before it.
    return {**before, next(reversed(before)): log, **after} if log else None


def _cut(data: memoryview, start: int, end: int, is_list: bool) -> int | None:
    """Return where a comma stands between two entries, about in the middle."""
    task = None if is_list else _FIRST_TASK.match(data, start + 1)
    field = _FIRST_FIELD.match(data, task.end() if task else start + 1)
    if field is None:
        return None
    name = b"" if is_list else _TEXT + rb"\s*:\s*"
    entry = re.compile(
        rb"\}\s*(,)\s*" + name + rb"\{\s*" + re.escape(field[1]) + rb"\s*:"
    )
    found = entry.search(data, (start + end) // 2, end)
    return found.start(1) if found else None


def _encoded(half: memoryview, is_list: bool) -> bytes:
    """Return the entries of the second half, without what is passed over."""
    if is_list:
        return msgspec.json.encode(_CALLS.decode(half))
    tasks = [(str(name), log) for name, log in _TASKS.decode(half).items()]
    return msgspec.json.encode(tasks)


def _joined(first: Any, written: bytes, is_list: bool) -> Any:
    """Return the whole log, None if a task stands there twice."""
    if is_list:
        return first + _CALLS.decode(written)
    second = _TASKS_IN_ORDER.decode(written)
    log = {**first, **{Key(name): task for name, task in second}}
    return log if len(set(map(str, log))) == len(log) else None
