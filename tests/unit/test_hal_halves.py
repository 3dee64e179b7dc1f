"""hal_halves.py: two processes that decode a trace find what one finds."""

import json
import os

import pytest
from hal_traces import read, trace

from loaders.hal import halves as hal_halves

USAGE = {"prompt_tokens": 9, "completion_tokens": 2}


def call(number: int, **changes) -> dict:
    # Texts that look like the end of a call, or like the beginning of one.
    text = '"}, {"id": "x", "inputs": {}}, "task": {"messages": [ é 😀'
    return {
        "id": f"c{number}",
        "inputs": {"model": "m", "messages": [{"id": 1, "content": text}, {"id": 2}]},
        "output": {"usage": USAGE, "model": 2**63},
        "summary": [1, "two", {"id": None}],
        "weave_task_id": f"t{number % 3}",
        "parent_id": f"c{number - 1}" if number % 2 else None,
    } | changes


def task(number: int) -> dict:
    return {
        "messages": [{"role": "user", "content": '"}, "t1": {"messages": ['}],
        "call_metadata": [{"usage": USAGE}] * number,
        "model": "m",
    }


LOGS = {
    "list": [call(number) for number in range(9)],
    "tasks": {f"t{number}": task(number) for number in range(9)},
}


@pytest.fixture
def halved(monkeypatch):
    """Return what two processes find, and whether they did."""
    decoded, by_two = hal_halves.decoded, []

    def watched(document):
        found = decoded(document)
        by_two.append(found is not None)
        return found

    def read_by_two(content):
        with monkeypatch.context() as patch:
            patch.setattr(hal_halves, "HALVED_BYTES", 0)
            patch.setattr(hal_halves, "decoded", watched)
            loaded = read(content)
        return loaded.all_rows, loaded.quarantined, by_two.pop()

    return read_by_two


def whole(content) -> tuple:
    loaded = read(content)
    return loaded.all_rows, loaded.quarantined


@pytest.mark.parametrize("log", LOGS.values(), ids=LOGS)
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize("is_last", [True, False])
def test_halves_say_what_the_whole_says(halved, log, indent, is_ascii, is_last):
    parts = trace()
    del parts["raw_logging_results"]
    after = {} if is_last else {"total_cost": parts.pop("total_cost")}
    content = json.dumps(
        {**parts, "raw_logging_results": log, **after},
        indent=indent,
        ensure_ascii=is_ascii,
    )
    content += " \n"
    *found, is_by_two = halved(content)
    assert is_by_two
    assert tuple(found) == whole(content)


CALLS = LOGS["list"]
LEFT_WHOLE = {
    "no log": trace(),
    "one call": trace(raw_logging_results=CALLS[:1]),
    "a call without id": trace(raw_logging_results=[*CALLS, {"inputs": {}}]),
    "a call that is none": trace(raw_logging_results=[7, *CALLS]),
    "a task twice": json.dumps(trace(raw_logging_results=LOGS["tasks"])).replace(
        '"t8": {', '"t1": {'
    ),
    "NaN": json.dumps(trace(raw_logging_results=CALLS), allow_nan=True).replace(
        '"content"', '"score": NaN, "content"'
    ),
    "a lone surrogate": json.dumps(
        trace(raw_logging_results=[*CALLS, call(99, op_name="\ud800")])
    ),
}


@pytest.mark.parametrize("content", LEFT_WHOLE.values(), ids=LEFT_WHOLE)
def test_what_does_not_come_in_halves_is_read_whole(halved, content):
    *found, is_by_two = halved(content)
    assert not is_by_two
    assert tuple(found) == whole(content)


def test_copies_in_both_halves_are_found(halved):
    log = [*CALLS, CALLS[0], call(1, op_name="other")]
    content = json.dumps(trace(raw_logging_results=log))
    rows, quarantined, is_by_two = halved(content)
    assert is_by_two
    assert [entry.reason_code for entry in quarantined] == [
        "conflicting_duplicate",
        "duplicate_record",
        "conflicting_duplicate",
    ]
    assert (rows, quarantined) == whole(content)


@pytest.mark.parametrize("position", [0.3, 0.7])
def test_a_wrong_byte_in_either_half_is_told_by_its_place(halved, position):
    content = json.dumps(trace(raw_logging_results=CALLS)).encode()
    at = content.index(b"content", int(len(content) * position)) + 12
    broken = content[:at] + b"\xff" + content[at + 1 :]
    with pytest.raises(Exception, match="a byte is not UTF-8") as refused:
        halved(broken)
    assert refused.value.position == f"byte {at}"


def test_a_helper_that_dies_leaves_the_trace_to_the_other(halved, monkeypatch):
    monkeypatch.setattr(hal_halves, "_encoded", lambda *_: os._exit(9))
    content = json.dumps(trace(raw_logging_results=CALLS))
    *found, is_by_two = halved(content)
    assert not is_by_two
    assert tuple(found) == whole(content)
