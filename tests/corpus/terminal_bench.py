"""Hostile files of Terminal-Bench runs."""

import json
from collections.abc import Iterator
from typing import Any

from .case import Case, loaded, partly, refused

FORMAT, SUFFIX = "terminal-bench", ".json"


def trial(**changes: Any) -> dict:
    return {
        "id": "t",
        "trial_name": "maze.1-of-1.monday",
        "task_id": "maze",
        "is_resolved": True,
        "failure_mode": "unset",
        "total_input_tokens": 0,
        "total_output_tokens": 0,
    } | changes


def metadata(**changes: Any) -> dict:
    return {
        "run_id": "monday",
        "uuid": "u",
        "agent_name": "hands",
        "n_concurrent_trials": 1,
    } | changes


def lock(**changes: Any) -> dict:
    return {
        "lockfile_version": "1.0",
        "harness": {"version": "0.2.13"},
        "agent": {"name": "hands", "extra_kwargs": {"effort": "high"}},
        "local_config": {"run_id": "monday"},
    } | changes


def text(document: Any) -> bytes:
    return json.dumps(document).encode()


def results(*trials: Any, **more: Any) -> dict:
    return {"results": list(trials), "accuracy": 0.5, "pass_at_k": {}} | more


# A trial and the sum of its run.
GOOD = text(results(trial()))


def cases() -> Iterator[Case]:
    for make in (_files, _trials, _runs):
        yield from make()


def _refused(name: str, content: bytes, reason: str, at="file", **more) -> Case:
    name = f"terminal_bench_{name}"
    return refused(name, FORMAT, SUFFIX, content, reason, at, **more)


def _loaded(name: str, content: bytes, count: int, **more) -> Case:
    return loaded(f"terminal_bench_{name}", FORMAT, SUFFIX, content, count, **more)


def _partly(name: str, content: bytes, counts: tuple, reasons: dict) -> Case:
    name = f"terminal_bench_{name}"
    return partly(name, FORMAT, SUFFIX, content, counts, reasons)


def _files() -> Iterator[Case]:
    yield _loaded("trial", text(trial()), 1)
    yield _loaded("metadata", text(metadata()), 1)
    yield _loaded("lock", text(lock()), 1)
    yield _loaded("no_trials", text(results(n_resolved=0, n_unresolved=0)), 1)
    yield _loaded("with_a_mark", b"\xef\xbb\xbf" + GOOD, 2)
    yield _refused("cut", GOOD[:-9], "truncated", f"byte {len(GOOD) - 9}")
    nothing = text(results()) + b'"task_id" "is_resolved"'
    at = f"byte {len(text(results())) + 1}"
    yield _refused("with_more_behind", nothing, "not_json", at)
    twice = GOOD.replace(b'"accuracy"', b'"results": [], "accuracy"')
    yield _refused("results_twice", twice, "duplicate_key", "/results")
    odd = text(results(trial()) | {"results": {"task_id": 1, "is_resolved": 1}})
    yield _partly("results_no_list", odd, (1, 1), {"wrong_type": "/results"})


def _trials() -> Iterator[Case]:
    for name, changes, reason in (
        ("verdict_as_text", {"is_resolved": "yes"}, "wrong_type"),
        ("verdict_as_number", {"is_resolved": 1}, "wrong_type"),
        ("task_empty", {"task_id": " "}, "empty_text"),
        ("task_null", {"task_id": None}, "null_field"),
    ):
        content = text(results(trial(id="good"), trial(**changes)))
        yield _partly(name, content, (2, 1), {reason: "/results/1"})
    # A field that a trial need not have costs the field.
    for name, field, value, reason in (
        ("tokens_absurd", "total_input_tokens", 1e308, "value_too_large"),
        ("tokens_over_64_bits", "total_output_tokens", 1 << 64, "value_too_large"),
        ("tokens_negative", "total_output_tokens", -1, "count_negative"),
        ("tokens_fraction", "total_output_tokens", 0.5, "count_fractional"),
        ("time_in_words", "agent_started_at", "noon", "not_a_time"),
        ("time_of_no_day", "agent_ended_at", "2025-02-30T00:00:00", "not_a_time"),
        ("time_as_number", "trial_started_at", 1752306180, "wrong_type"),
        ("name_as_list", "trial_name", ["a"], "wrong_type"),
    ):
        content = text(results(trial(id="good"), trial(**{field: value})))
        yield _partly(name, content, (3, 1), {reason: f"/results/1/{field}"})
    content = text(results(trial(id="good"), "trial"))
    yield _partly("trial_as_text", content, (2, 1), {"not_a_record": "/results/1"})
    same = text(results(trial(), trial(id="b"), trial()))
    yield _partly("trial_twice", same, (3, 1), {"duplicate_record": "/results/2"})
    other = text(results(trial(), trial(id="b"), trial(is_resolved=False)))
    reasons = {"conflicting_duplicate": "/results/0"}
    yield _partly("trial_with_two_outcomes", other, (2, 2), reasons)
    twice = text(results(trial(id="good"), trial())).replace(
        b'"id": "t"', b'"id": "t", "id": "u"'
    )
    yield _partly("id_twice", twice, (2, 1), {"duplicate_field": "/results/1"})
    back = trial(
        agent_started_at="2025-07-12T07:00:10Z", agent_ended_at="2025-07-12T07:00:00"
    )
    yield _loaded("clock_that_went_back", text(results(back)), 2)
    runs = text(results(trial(), trial(id="b", trial_name="maze.1-of-1.tuesday")))
    yield _loaded("two_runs", runs, 3)
    odd = GOOD.replace(b'"total_input_tokens": 0', b'"total_input_tokens": NaN')
    reasons = {"not_finite": "/results/0/total_input_tokens"}
    yield _partly("not_a_number", odd, (2, 1), reasons)


def _runs() -> Iterator[Case]:
    at = "file"
    for name, changes, reason in (
        ("run_without_id", {"run_id": None}, "no_record_loaded"),
        ("run_without_agent", {"agent_name": ""}, "no_record_loaded"),
    ):
        yield _refused(name, text(metadata(**changes)), reason, at)
    nameless = text(lock(local_config={"run_id": " "}))
    yield _refused("lock_without_run", nameless, "no_record_loaded", at)
    at = {"score_out_of_range": "/accuracy"}
    percent = text(metadata(accuracy=42.5))
    yield _partly("accuracy_in_percent", percent, (1, 1), at)
    percent = text(results(trial(), accuracy=42.5))
    yield _partly("sum_in_percent", percent, (2, 1), at)
    odd = text(results(trial(), pass_at_k={"two": 1, "2": "many", "-1": 0}))
    yield _loaded("odd_pass_at_k", odd, 2)
    odd = text(results(trial(), pass_at_k={"9" * 5_000: 1, "2": 1, "02": 0}))
    yield _loaded("huge_pass_at_k", odd, 2)
