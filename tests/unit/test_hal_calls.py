"""HAL traces: the calls of a log, whichever shape it has."""

import json

import pytest
from hal_traces import (
    call,
    read,
    trace,
)

from loaders.contract import records


def test_full_call_records():
    loaded = read(trace(raw_logging_results=[call("1"), call("2", parent_id="1")]))
    first, second = loaded.rows("model_calls")
    assert second == {
        "pointer": "/raw_logging_results/1",
        "trace_number": 1,
        "task_id": "a",
        "call_id": "2",
        "parent_id": "1",
        "op_name": "openai.chat.completions.create",
        "model": "o3",
        "started_at": "2025-04-23T10:00:00+00:00",
        "ended_at": "2025-04-23T10:00:01+00:00",
        "vocabulary": "prompt_tokens",
        "input_tokens": 100,
        "cache_read_tokens": None,
        "cache_write_tokens": None,
        "output_tokens": 7,
        "reasoning_tokens": None,
        "is_leaf": True,
    }
    assert first["is_leaf"] is False
    assert loaded.evaluation["log_shape"] == "call_records"


def test_a_flat_list_of_calls():
    flat = {
        "weave_task_id": 3,
        "trace_id": "t",
        "created_timestamp": 1744000000,
        "inputs": {"model": "o3", "messages": []},
        "id": "1",
        "outputs": ["text"],
        "exception": None,
        "summary": {
            "usage": {
                "o3": {"requests": 1, "prompt_tokens": 5, "completion_tokens": 2},
                "o4": {"requests": 1, "prompt_tokens": 1, "completion_tokens": 1},
            }
        },
        "attributes": {},
    }
    loaded = read(trace(raw_logging_results=[flat]))
    [row] = loaded.rows("model_calls")
    assert (row["task_id"], row["started_at"]) == (
        "3",
        "2025-04-07T04:26:40+00:00",
    )
    assert (row["input_tokens"], row["output_tokens"]) == (6, 3)
    assert (row["is_leaf"], loaded.evaluation["log_shape"]) == (True, "calls")


def test_whole_numbers_are_ids():
    loaded = read(
        trace(
            config={"run_id": 7},
            results={"successful_tasks": [3, 10**30], "failed_tasks": ["4", -5]},
            raw_logging_results=[
                call(1, weave_task_id=3),
                call("2", weave_task_id="4", parent_id=1),
                call(2**70, weave_task_id=3),
            ],
        )
    )
    assert loaded.reasons == []
    assert loaded.evaluation["run_id"] == "7"
    assert {row["task_id"]: row["outcome"] for row in loaded.rows("task_results")} == {
        "3": "success",
        str(10**30): "success",
        "4": "failure",
        "-5": "failure",
    }
    found = loaded.rows("model_calls")
    assert [(row["call_id"], row["task_id"], row["is_leaf"]) for row in found] == [
        ("1", "3", False),
        ("2", "4", True),
        (str(2**70), "3", True),
    ]


def test_a_sum_of_the_calls_of_a_task_is_its_usage_and_no_call():
    """As the harness writes it for Terminal-Bench, which it runs by Harbor."""

    def task_sum(task, read, cached):
        used = {"prompt_tokens": read, "completion_tokens": 7}
        usage = {"anthropic/o3": used | {"cache_read_input_tokens": cached}}
        weave = {"latency_ms": 5000.0}
        return {"weave_task_id": task, "summary": {"usage": usage, "weave": weave}}

    log = [task_sum("a", 100, 60), task_sum("b", 5, 0)]
    loaded = read(trace(raw_logging_results=log))
    assert loaded.reasons == []
    assert loaded.evaluation["log_shape"] == "task_sums"
    names = ("task_id", "call_id", "model", "input_tokens", "cache_read_tokens")
    assert [
        tuple(row[name] for name in names) for row in loaded.rows("model_calls")
    ] == [
        ("a", None, "anthropic/o3", 40, 60),
        ("b", None, "anthropic/o3", 5, 0),
    ]
    latencies = {"a": {"total_time": 5.0}}
    timed = read(trace(results={"latencies": latencies}, raw_logging_results=log))
    assert timed.rows("task_latencies")[0]["call_count"] is None
    # A call of which the id is lost is still refused.
    lost = {"inputs": {"model": "o3"}, "weave_task_id": "a"}
    for record in (lost, {"weave_task_id": "a"}, {"summary": log[0]["summary"]}):
        loaded = read(trace(raw_logging_results=[record]))
        assert loaded.reasons == [("/raw_logging_results/0", "missing_field")]


def test_a_log_by_task():
    log = {
        "a": {
            "messages": [{"role": "user", "content": "x"}],
            "call_metadata": [
                {
                    "usage": {"input_tokens": 5, "output_tokens": 2},
                    "started_at": "s",
                    "ended_at": None,
                },
                {"usage": None, "started_at": None, "ended_at": None},
                {"usage": {"prompt_tokens": -3}},
            ],
            "model": "o3",
            "call_count": 4,
        },
        "b": 3,
    }
    loaded = read(
        trace(
            raw_logging_results=log,
            results={"latencies": {"a": 1.0, "c": 2.0}},
        )
    )
    first, second = loaded.rows("model_calls")
    assert first["pointer"] == "/raw_logging_results/a/call_metadata/0"
    assert (first["task_id"], first["model"], first["call_id"]) == ("a", "o3", None)
    assert (first["input_tokens"], first["is_leaf"]) == (5, True)
    assert second["vocabulary"] is None
    assert loaded.reasons == [
        ("/raw_logging_results/a/call_metadata/2", "count_negative"),
        ("/raw_logging_results/b", "not_a_record"),
    ]
    # As the trace counts, and none where its log has none.
    assert [row["call_count"] for row in loaded.rows("task_latencies")] == [4, 0]
    assert loaded.evaluation["log_shape"] == "by_task"


def test_calls_that_a_log_by_task_counts_and_does_not_hold_are_noted():
    entry = {"usage": {"input_tokens": 5, "output_tokens": 2}}
    log = {
        "a/b": {"call_metadata": [entry, entry], "call_count": 5},
        "c": {"call_count": 1},
        "d": {"call_metadata": [entry], "call_count": 1},
        "e": {"call_metadata": [entry, entry], "call_count": 1},
    }
    loaded = read(trace(raw_logging_results=log))
    assert [tuple(row.values()) for row in loaded.rows("warnings")] == [
        ("/raw_logging_results/a~1b/call_count", 1, "calls_missing",
         "5 calls were made, but the log has 2"),
        ("/raw_logging_results/c/call_count", 1, "calls_missing",
         "1 call was made, but the log has 0"),
    ]  # fmt: skip


def timed_entry(count: int, first: int, last: int) -> dict:
    """Return a call of a log by task, from one second of a minute to another."""
    return {
        "usage": {"prompt_tokens": count, "completion_tokens": 7},
        "started_at": f"2025-04-23T10:00:{first:02}+00:00",
        "ended_at": f"2025-04-23T10:00:{last:02}+00:00",
    }


def test_calls_that_ran_inside_others_of_the_same_usage_are_noted():
    def notes(*entries):
        log = {"a": {"call_metadata": [*entries], "call_count": len(entries)}}
        found = read(trace(raw_logging_results=log)).rows("warnings")
        return [(row["pointer"], row["note_code"], row["detail"]) for row in found]

    # Each of two calls is there beside the one that wraps it.
    twice = [
        timed_entry(5, 1, 4),
        timed_entry(5, 1, 5),
        timed_entry(9, 6, 9),
        timed_entry(9, 7, 8),
    ]
    what = "2 of 4 calls ran inside another one with the same usage"
    assert notes(*twice) == [
        ("/raw_logging_results/a/call_metadata/0", "calls_nested",
         what + "; of each two one is counted"),
    ]  # fmt: skip
    # Three equal questions at once: who knows which is which.
    assert notes(timed_entry(5, 1, 9), timed_entry(5, 2, 8), timed_entry(5, 3, 7)) == [
        ("/raw_logging_results/a/call_metadata/1", "calls_nested",
         "2 of 3 calls ran inside another one with the same usage"),
    ]  # fmt: skip
    # One after another; at the same time with other usage; one such of three.
    assert notes(timed_entry(5, 1, 2), timed_entry(5, 3, 4), timed_entry(5, 4, 5)) == []
    assert notes(timed_entry(5, 1, 9), timed_entry(6, 2, 3)) == []
    assert notes(timed_entry(5, 1, 9), timed_entry(5, 2, 3), timed_entry(7, 4, 5)) == []


def test_a_call_that_a_log_by_task_has_twice_counts_once():
    """Task a has two calls, each wrapped, at the same time; b one, wrapped too."""

    def read_log(*more):
        a = [
            timed_entry(5, 1, 10),
            timed_entry(5, 2, 12),
            timed_entry(5, 3, 9),
            timed_entry(5, 4, 11),
        ]
        b = [timed_entry(8, 1, 4), timed_entry(8, 1, 5), *more]
        log = {
            "a": {"call_metadata": a, "call_count": 4},
            "b": {"call_metadata": b, "call_count": len(b)},
        }
        latencies = {"a": 1.0, "b": 2.0}
        return read(trace(raw_logging_results=log, results={"latencies": latencies}))

    def leaves(loaded):
        rows = loaded.rows("model_calls")
        return [row["is_leaf"] for row in rows]

    def counts(loaded):
        return [row["call_count"] for row in loaded.rows("task_latencies")]

    loaded = read_log()
    assert leaves(loaded) == [False, False, True, True, True, False]
    assert counts(loaded) == [2, 1]
    # One that is alone, without times or refused: all count, as they are.
    for more in (
        timed_entry(9, 6, 7),
        {"usage": {"prompt_tokens": 8}},
        {"usage": {"prompt_tokens": -1}},
    ):
        loaded = read_log(more)
        assert leaves(loaded)[:6] == [True] * 6
        assert counts(loaded) == [4, 3]


def test_usage_that_only_a_wrapper_reports_belongs_to_the_call_inside():
    def used(count):
        return {"usage": {"prompt_tokens": count, "completion_tokens": 7}}

    silent = {"output": {"choices": []}, "summary": {}}
    failed = {"output": None, "summary": {}}
    no_model = failed | {"inputs": {}}
    log = [
        call("1", output=used(100)),
        call("2", parent_id="1", **no_model),
        call("3", parent_id="2", **silent),
        call("4", parent_id="1", **silent),
        # The usage of the wrapper is the sum of those below it.
        call("5", output=used(30)),
        call("6", parent_id="5", output=used(30)),
        call("7", parent_id="5", **failed),
        # Nobody knows.
        call("8", **silent),
        call("9", parent_id="10", **failed),
        call("10", parent_id="9", **failed),
    ]
    loaded = read(trace(raw_logging_results=log))
    leaves = {
        row["call_id"]: (row["model"], row["input_tokens"], row["output_tokens"])
        for row in loaded.rows("model_calls")
        if row["is_leaf"]
    }
    assert leaves == {
        "3": ("o3", 100, 7),
        "4": ("o3", None, None),
        "6": ("o3", 30, 7),
        "7": ("o3", None, None),
        "8": ("o3", None, None),
    }
    [note] = loaded.rows("warnings")
    assert (note["pointer"], note["note_code"], note["detail"]) == (
        "/raw_logging_results/7",
        "usage_missing",
        "1 call has no usage, others have",
    )


def test_a_log_without_any_usage_has_no_missing_usage():
    log = [call(name, output={"choices": []}, summary={}) for name in "ab"]
    assert read(trace(raw_logging_results=log)).rows("warnings") == []


def test_a_call_without_a_task_has_that_of_the_call_above():
    none = {"weave_task_id": None, "attributes": {}}
    log = [
        call("3", parent_id="2", **none),
        call("2", parent_id="1", **none),
        call("1", weave_task_id="b"),
        call("4", parent_id="2"),
        call("5", parent_id="lost", **none),
        call("6", parent_id="7", **none),
        call("7", parent_id="6", **none),
    ]
    loaded = read(trace(raw_logging_results=log, results={"latencies": {"b": 1}}))
    assert {row["call_id"]: row["task_id"] for row in loaded.rows("model_calls")} == {
        "3": "b",
        "2": "b",
        "1": "b",
        "4": "a",
        "5": None,
        "6": None,
        "7": None,
    }
    assert loaded.rows("task_latencies")[0]["call_count"] == 1


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        (
            "usage_metadata",
            {
                "input_tokens": 100,
                "output_tokens": 7,
                "input_token_details": {"cache_read": 40},
            },
        ),
        (
            "usageMetadata",
            {
                "promptTokenCount": 100,
                "candidatesTokenCount": 7,
                "cachedContentTokenCount": 40,
            },
        ),
    ],
)
def test_usage_of_langchain_and_google(name, usage):
    loaded = read(trace(raw_logging_results=[call("1", output={name: usage})]))
    (row,) = loaded.rows("model_calls")
    found = row["input_tokens"], row["cache_read_tokens"], row["output_tokens"]
    assert found == (60, 40, 7)


def test_only_the_lowest_model_calls_are_leaves():
    tool = {"inputs": {"path": "x"}, "output": "text", "summary": None}
    log = [
        call("agent", inputs={"self": "ref"}, output=None),
        call("wrapper", parent_id="agent"),
        call("model", parent_id="wrapper"),
        call("tool", parent_id="model", **tool),
        call("failed", parent_id="agent", output=None, summary={}),
        call("orphan", parent_id="lost"),
        call("loop", parent_id="loop"),
        call("embedding", output=[], inputs="ref"),
    ]
    loaded = read(
        trace(raw_logging_results=log, results={"latencies": {"a": {"total_time": 9}}})
    )
    leaves = {row["call_id"] for row in loaded.rows("model_calls") if row["is_leaf"]}
    assert leaves == {"model", "failed", "orphan", "embedding"}
    assert loaded.rows("task_latencies")[0]["call_count"] == 4


@pytest.mark.parametrize(
    ("broken", "reason_code"),
    [
        ("text", "not_a_record"),
        (3, "not_a_record"),
        ([], "not_a_record"),
        ({}, "missing_field"),
        (call("x") | {"id": 3.0}, "wrong_type"),
        (call("x", started_at=[3]), "wrong_type"),
        (call("x", output={"usage": {"prompt_tokens": "3"}}), "wrong_type"),
        (call("x", output={"usage": {"prompt_tokens": -3}}), "count_negative"),
        (call("x", output={"usage": {"prompt_tokens": 10**400}}), "not_finite"),
        (call("x", output={"usage": {"prompt_tokens": 2**63}}), "value_too_large"),
        (call("x", output={"usage": [3]}), "wrong_type"),
    ],
)
def test_a_broken_call_is_quarantined_alone(broken, reason_code):
    log = [call("1"), broken, call("2")]
    written = json.dumps(trace(raw_logging_results=log))
    loaded = read(written)
    assert loaded.reasons in (
        [("/raw_logging_results/1", reason_code)],
        # A number of hundreds of digits has two ways of being too large.
        [("/raw_logging_results/1", "value_too_large")],
    )
    assert [row["call_id"] for row in loaded.rows("model_calls")] == ["1", "2"]
    assert loaded.quarantined[0].record_excerpt


def test_equal_calls_keep_the_first_and_conflicting_calls_none():
    log = [call("1"), call("1"), call("2"), call("2", started_at="later"), call("3")]
    loaded = read(trace(raw_logging_results=log))
    assert [row["call_id"] for row in loaded.rows("model_calls")] == ["1", "3"]
    assert loaded.reasons == [
        ("/raw_logging_results/1", "duplicate_record"),
        ("/raw_logging_results/2", "conflicting_duplicate"),
        ("/raw_logging_results/3", "conflicting_duplicate"),
    ]


@pytest.mark.parametrize("log", [[], {}, None, "Inspect logs are elsewhere"])
def test_without_a_log_nothing_is_counted(log):
    latencies = {"a": {"total_time": 0.0}}
    loaded = read(trace(raw_logging_results=log, results={"latencies": latencies}))
    assert loaded.rows("model_calls") == []
    assert loaded.evaluation["log_shape"] in ("none", "text", "by_task")
    if loaded.evaluation["log_shape"] != "by_task":
        assert loaded.rows("task_latencies")[0]["call_count"] is None


def test_records_come_in_batches(monkeypatch):
    monkeypatch.setattr(records, "BATCH_RECORDS", 3)
    loaded = read(trace(raw_logging_results=[call(str(n)) for n in range(10)]))
    sizes = [
        len(batch.rows)
        for batch in loaded.batches
        if batch.table.name == "raw.hal_model_calls"
    ]
    assert sizes == [3, 3, 3, 1]
    assert len({batch.byte_offset for batch in loaded.batches}) == 1
