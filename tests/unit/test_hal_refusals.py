"""HAL traces: which files are refused, and which records kept back."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hal_traces import (
    CONFIG,
    WRITTEN,
    call,
    read,
    refusal,
    trace,
)

from loaders.contract import raw_json
from loaders.contract.limits import MAX_TRACE_RECORDS
from loaders.hal import calls as hal_calls
from loaders.hal import evaluation as hal_evaluation
from loaders.hal import outcomes as hal_outcomes
from loaders.hal import tasks as hal_tasks
from loaders.hal import trace as hal_trace

# Where the limit is asked for.
LIMITED = (hal_calls, hal_evaluation, hal_outcomes, hal_tasks, hal_trace, raw_json)


@pytest.fixture
def peak_of_a_tenth(monkeypatch) -> Callable[[Callable], tuple[Any, int]]:
    """Calls a reader where a trace may have a tenth of the entries; returns its peak too.

    Memory is measured at five times the cost of reading.
    """
    for module in LIMITED:
        monkeypatch.setattr(module, "MAX_TRACE_RECORDS", MAX_TRACE_RECORDS // 10)

    def measured(reads: Callable, written: bytes) -> tuple[Any, int]:
        tracemalloc.start()
        try:
            found = reads(written)
            return found, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    return measured


@pytest.mark.parametrize(
    ("first", "entry", "last", "position", "what"),
    [
        ("[", "{},", "{}]", "/raw_logging_results", "its entries go on"),
        ("{", '"t":0,', '"t":0}', "/raw_logging_results", "go on"),
        ('{"t":{"call_metadata":[', "{},", "{}]}}", "/raw_logging_", "calls"),
        ("[]", ',"x":1', "", "", "its entries go on"),
    ],
)
def test_too_many_entries_are_refused_before_they_are_decoded(
    first, entry, last, position, what, request
):
    def with_entries(count: int) -> bytes:
        parts = {"config": CONFIG, "results": {"accuracy": 1}}
        written = json.dumps(parts | {"raw_logging_results": "@"})
        return written.replace('"@"', first + entry * count + last).encode()

    refused = refusal(with_entries(300_000))
    assert refused.reason_code == "too_many_records"
    assert (refused.position or "").startswith(position)
    assert what in refused.detail
    peak_of_a_tenth = request.getfixturevalue("peak_of_a_tenth")
    refused, peak_bytes = peak_of_a_tenth(refusal, with_entries(30_000))
    assert refused.reason_code == "too_many_records"
    # Decoded they take seventy bytes each.
    assert peak_bytes < 1_200_000


def test_too_many_scores_are_refused_before_they_are_decoded():
    scores = {f"task-{number:>30}": {"score": 0.5} for number in range(300_001)}
    refused = refusal(json.dumps(trace(raw_eval_results=scores)).encode())
    assert refused.reason_code == "too_many_records"
    assert refused.position == "/raw_eval_results"
    assert "its entries go on" in refused.detail


def test_too_many_arguments_are_refused_before_they_are_decoded():
    written = json.dumps(trace(config={"agent_args": "@"}))
    refused = refusal(written.replace('"@"', f"[{'{},' * 300_000}{{}}]"))
    assert refused.reason_code == "too_many_records"
    assert refused.position == "/config/agent_args"


def test_a_long_number_is_refused_before_it_is_decoded():
    written = json.dumps(trace(results={"accuracy": "@"}))
    refused = refusal(written.replace('"@"', f"[{'{},' * 1_700_000}{{}}]"))
    assert refused.reason_code == "record_too_large"
    assert refused.position == "/results/accuracy"


@pytest.mark.parametrize(
    ("fields", "value", "what"),
    [
        ({"inputs": "@"}, f"[{'{},' * 200_001}{{}}]", "the call holds too many"),
        (
            {"summary": {"usage": "@"}},
            json.dumps({f"m-{at}": {"prompt_tokens": 1} for at in range(10_001)}),
            "summary.usage holds too many",
        ),
    ],
)
def test_a_call_of_too_many_values_is_kept_back(fields, value, what):
    calls = [call("1"), call("2", **fields)]
    written = json.dumps(trace(raw_logging_results=calls))
    loaded = read(written.replace('"@"', value))
    assert [row["call_id"] for row in loaded.rows("model_calls")] == ["1"]
    (entry,) = loaded.quarantined
    assert (entry.reason_code, entry.position) == (
        "too_many_values",
        "/raw_logging_results/1",
    )
    assert entry.detail.startswith(what)


@pytest.mark.parametrize("name", ["metadata", "unknown"])
@pytest.mark.parametrize("entry", ["NaN", "{}"])
def test_a_part_that_no_table_takes_is_not_decoded(name, entry, request):
    def with_entries(count: int) -> bytes:
        written = json.dumps(trace(**{name: "@"}))
        return written.replace('"@"', f"[{entry}{f',{entry}' * count}]").encode()

    loaded = read(with_entries(400_000))
    assert [row["run_id"] for row in loaded.rows("evaluations")] == [CONFIG["run_id"]]
    peak_of_a_tenth = request.getfixturevalue("peak_of_a_tenth")
    loaded, peak_bytes = peak_of_a_tenth(read, with_entries(40_000))
    assert [row["run_id"] for row in loaded.rows("evaluations")] == [CONFIG["run_id"]]
    # Decoded they take seventy bytes each.
    assert peak_bytes < 1_200_000


def test_commas_inside_a_text_are_no_entries():
    loaded = read(json.dumps(trace(raw_eval_results=["," * 7_000_000])).encode())
    assert [row["run_id"] for row in loaded.rows("evaluations")] == [CONFIG["run_id"]]


@pytest.mark.parametrize(
    ("content", "reason_code", "position"),
    [
        (b"", "empty_file", None),
        (b"[]", "not_a_trace", None),
        (b"3", "not_a_trace", None),
        (b"{}", "not_a_trace", "/config"),
        (b'{"config": {}}', "not_a_trace", "/results"),
        (b'{"config": [], "results": {}}', "not_a_trace", "/config"),
        (WRITTEN[:-1], "truncated", f"byte {len(WRITTEN) - 1}"),
        (WRITTEN[:400], "truncated", "byte 400"),
        (WRITTEN[:30], "truncated", "byte 30"),
        (WRITTEN + "{", "not_json", None),
        (WRITTEN.replace('"', "'"), "not_json", "byte 1"),
        (WRITTEN.replace("{}", "{,}"), "not_json", None),
        (WRITTEN.replace("1.5", "01.5"), "not_json", None),
        (WRITTEN.replace("An Agent", "An\tAgent"), "not_json", None),
        (WRITTEN.replace("1.5", "NaN") + "}", "not_json", None),
        (WRITTEN.replace("1.5", "nan"), "not_json", None),
        (WRITTEN.encode("utf-16"), "wrong_encoding", None),
        (WRITTEN.encode("utf-16-be"), "wrong_encoding", None),
        (WRITTEN.encode("utf-32"), "wrong_encoding", None),
        (WRITTEN.replace("user", "é").encode("latin-1"), "wrong_encoding", None),
        (WRITTEN.encode() + b"\xc3", "wrong_encoding", f"byte {len(WRITTEN)}"),
        ("[" * 100_000, "too_deep", None),
        ('{"config":' * 100_000, "too_deep", None),
        (WRITTEN.replace("[]", "[" * 100_000 + "]" * 100_000), "too_deep", None),
    ],
)
def test_a_doubtful_file_is_refused(content, reason_code, position):
    refused = refusal(content)
    assert refused.reason_code == reason_code
    if position is not None:
        assert refused.position == position


@pytest.mark.parametrize("name", hal_evaluation.IDENTITY)
@pytest.mark.parametrize("value", [None, 3.0, " ", []])
def test_a_trace_that_does_not_say_what_ran_is_refused(name, value):
    refused = refusal(trace(config={name: value}))
    assert (refused.reason_code, refused.position) == (
        "identity_missing",
        f"/config/{name}",
    )


@pytest.mark.parametrize(
    ("before", "after", "position"),
    [
        ('{"config"', '{"results": {}, "config"', "/results"),
        ('"agent_name"', '"run_id": "other", "agent_name"', "/config/run_id"),
        ('"model_name"', '"model_name": "o4", "model_name"', None),
        ('"accuracy"', '"accuracy": 0.5, "accuracy"', "/results/accuracy"),
    ],
)
def test_an_object_that_contradicts_itself_is_refused(before, after, position):
    refused = refusal(WRITTEN.replace(before, after, 1))
    assert refused.reason_code == "duplicate_key"
    assert refused.position == (position or "/config/agent_args/model_name")


@pytest.mark.parametrize("part", ["config", "results"])
def test_values_that_are_kept_are_not_too_deep(part):
    deep = json.loads("[" * 130 + "]" * 130)
    refused = refusal(trace(**{part: {"x": deep}}))
    assert (refused.reason_code, refused.position) == ("too_deep", f"/{part}/x")
    assert read(trace(task_prompts=deep)).quarantined == []


def test_a_value_that_is_kept_is_not_huge(monkeypatch):
    monkeypatch.setattr(hal_evaluation, "RECORD_BYTES", 100)
    refused = refusal(trace(results={"x": "y" * 99}))
    assert (refused.reason_code, refused.position) == ("record_too_large", "/results/x")


@pytest.mark.parametrize(
    ("part", "table"),
    [
        ("total_usage", "token_usage"),
        ("task_step_counts", "task_results"),
    ],
)
def test_keys_that_stand_twice(part, table):
    content = json.dumps(trace(**{part: {"a": "@"}})).replace(
        '"a": "@"', '"a": @, "b": @, "a": @'
    )
    value = "3" if part == "task_step_counts" else "null"
    loaded = read(content.replace("@", value))
    assert len(loaded.rows(table)) == 2
    assert loaded.reasons == [(f"/{part}/a", "duplicate_record")]
    other = "4" if part == "task_step_counts" else "{}"
    loaded = read(content.replace("@", value, 2).replace("@", other))
    assert len(loaded.rows(table)) == 1
    assert loaded.reasons == [(f"/{part}/a", "conflicting_duplicate")] * 2
