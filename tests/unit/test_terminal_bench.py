"""Files of Terminal-Bench runs: which object becomes which row or quarantine entry."""

import json
from typing import Any

import pytest

from loaders.contract.times import seconds_between
from loaders.formats import recognise
from loaders.terminal_bench import run
from loaders.terminal_bench.rules import run_id_of

METADATA = {
    "run_id": "monday",
    "uuid": "u-1",
    "dataset_name": "core",
    "dataset_version": "0.1.1",
    "agent_name": "hands",
    "model_name": "openai/m",
    "n_concurrent_trials": 3,
    "n_attempts": 1,
    "accuracy": 0.5,
    "start_time": "2025-07-11T19:11:52.366271+00:00",
    "end_time": None,
    "pass_at_k": {},
}

LOCK = {
    "lockfile_version": "1.0",
    "created_at": "2025-07-11T19:11:52.366271+00:00",
    "harness": {"package": "terminal-bench", "version": "0.2.13"},
    "agent": {"name": "hands", "extra_kwargs": {"reasoning_effort": "high"}},
    "local_config": {"output_path": "runs", "run_id": "monday"},
}


def trial(trial_id: str = "t-1", /, **changes: Any) -> dict[str, Any]:
    fields = {
        "id": trial_id,
        "trial_name": "maze.1-of-1.monday",
        "task_id": "maze",
        "is_resolved": True,
        "failure_mode": "unset",
        "total_input_tokens": 7,
        "total_output_tokens": 2,
        "agent_started_at": "2025-07-12T07:43:29+00:00",
        "agent_ended_at": "2025-07-12T07:44:31.5+00:00",
    }
    return fields | changes


def results(*trials: Any, **more: Any) -> dict[str, Any]:
    whole = {"results": list(trials), "accuracy": 0.5, "pass_at_k": {"2": 0.75}}
    return whole | more


@pytest.mark.parametrize("content", [METADATA, LOCK, results(trial()), trial()])
@pytest.mark.parametrize("indent", [None, 1])
def test_each_file_of_a_run_is_recognised(content, indent):
    assert recognise(json.dumps(content, indent=indent).encode()).name == (
        "terminal-bench"
    )


def test_a_run_with_its_trials(load_contents):
    other = trial("t-2", is_resolved=None, failure_mode="parse_error")
    found = load_contents(run_metadata=METADATA, results=results(trial(), other))
    assert found.sql(
        "select run_id, uuid, agent_name, model_name, accuracy, pass_at_k "
        "from raw.terminal_bench_runs"
    ).fetchall() == [("monday", "u-1", "hands", "openai/m", 0.5, None)]
    assert found.sql(
        "select run_id, accuracy, pass_at_k from raw.terminal_bench_results"
    ).fetchall() == [("monday", 0.5, '{"2": 0.75}')]
    assert found.sql(
        "select pointer, k, value from raw.terminal_bench_pass_at_k"
    ).fetchall() == [("/pass_at_k/2", 2, 0.75)]
    assert found.sql(
        "select trial_id, run_id, is_resolved, input_tokens, agent_seconds, pointer "
        "from raw.terminal_bench_trials order by trial_id"
    ).fetchall() == [
        ("t-1", "monday", True, 7, 62.5, "/results/0"),
        ("t-2", "monday", None, 7, 62.5, "/results/1"),
    ]


def test_a_k_has_one_spelling(load_contents):
    odd = {"02": 0, "2": 0.75, "9" * 5_000: 1, "3": 1}
    found = load_contents(results=results(trial(), pass_at_k=odd))
    assert found.sql(
        "select k, value from raw.terminal_bench_pass_at_k order by k"
    ).fetchall() == [(2, 0.75), (3, 1.0)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_resolved": 1}, "wrong_type"),
        ({"task_id": ""}, "empty_text"),
    ],
)
def test_a_broken_trial_is_kept_back_and_the_others_are_loaded(
    load_contents, changes, reason
):
    found = load_contents(1, results=results(trial(), trial("bad", **changes)))
    assert found.sql("select trial_id from raw.terminal_bench_trials").fetchall() == [
        ("t-1",)
    ]
    assert found.sql("select position, reason_code from raw.quarantine").fetchall() == [
        ("/results/1", reason)
    ]


@pytest.mark.parametrize(
    "old",
    ['"is_resolved": true', '"task_id": "maze"', '"id": "bad"', '"inside": 1'],
)
def test_a_field_twice_keeps_the_trial_back(load_contents, old):
    bad = json.dumps(trial("bad", parser_results={"a": {"inside": 1}}))
    assert bad.count(old) == 1
    twice = bad.replace(old, f"{old.partition(':')[0]}: null, {old}")
    whole = json.dumps(results(trial(), "here")).replace('"here"', twice)
    found = load_contents(1, results=whole)
    assert found.sql("select position, reason_code from raw.quarantine").fetchall() == [
        ("/results/1", "duplicate_field")
    ]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("total_input_tokens", 10**13, "value_too_large"),
        ("total_output_tokens", -1, "count_negative"),
        ("agent_ended_at", "yesterday", "not_a_time"),
        ("agent_started_at", 1752306209, "wrong_type"),
    ],
)
def test_what_cannot_be_read_of_a_trial_costs_the_field(
    load_contents, name, value, reason
):
    found = load_contents(1, results=results(trial(), trial("odd", **{name: value})))
    assert found.sql(
        "select trial_id, is_resolved, agent_seconds from raw.terminal_bench_trials "
        "order by trial_id desc"
    ).fetchall() == [
        ("t-1", True, 62.5),
        ("odd", True, None if "_at" in name else 62.5),
    ]
    assert found.sql("select position, reason_code from raw.quarantine").fetchall() == [
        (f"/results/1/{name}", reason)
    ]


def test_whole_numbers_are_ids(load_contents):
    found = load_contents(0, results=results(trial(17, task_id=3)))
    query = "select trial_id, task_id from raw.terminal_bench_trials"
    assert found.sql(query).fetchall() == [("17", "3")]


def test_a_file_that_is_cut_is_refused(load_contents):
    found = load_contents(1, results=json.dumps(results(trial()))[:-20])
    assert found.sql("select status from raw.files").fetchall() == [("refused",)]
    assert found.sql("select reason_code from raw.quarantine").fetchall() == [
        ("truncated",)
    ]


def test_a_run_has_the_settings_of_its_agent(load_contents):
    metadata = METADATA | {"agent_kwargs": {"temperature": 0.7}}
    found = load_contents(run_metadata=metadata, lock=LOCK)
    for table, settings in (
        ("runs", '{"temperature": 0.7}'),
        ("locks", '{"reasoning_effort": "high"}'),
    ):
        query = f"select run_id, agent_settings from raw.terminal_bench_{table}"
        assert found.sql(query).fetchall() == [("monday", settings)]


@pytest.mark.parametrize(
    ("metadata", "agent", "models"),
    [
        ({}, {"model_name": "p/n"}, ("openai/m", "p/n")),
        ({"model_name": None}, {"model_name": None}, (None, None)),
        (
            {"model_name": None, "agent_kwargs": {"model_name": "q/m"}},
            {"model_name": None, "extra_kwargs": {"model_name": "q/n"}},
            ("q/m", "q/n"),
        ),
        (
            {"agent_kwargs": {"model_name": "q/m"}},
            {"model_name": "p/n", "extra_kwargs": {"model_name": "q/n"}},
            ("openai/m", "p/n"),
        ),
    ],
)
def test_a_model_may_be_among_the_settings(load_contents, metadata, agent, models):
    lock = LOCK | {"agent": LOCK["agent"] | agent}
    found = load_contents(run_metadata=METADATA | metadata, lock=lock)
    for table, model in zip(("runs", "locks"), models, strict=True):
        query = f"select run_id, model_name from raw.terminal_bench_{table}"
        assert found.sql(query).fetchall() == [("monday", model)]


def test_a_lock_without_its_run_is_refused(load_contents):
    found = load_contents(1, lock=LOCK | {"local_config": {}})
    assert found.sql("select status from raw.files").fetchall() == [("refused",)]


def test_trials_of_a_long_list_are_read_one_by_one(load_contents):
    trials = [trial(f"t-{at}", instruction="x, [y] {z" * 200) for at in range(900)]
    trials[7] = "no trial"
    found = load_contents(1, results=results(*trials))
    assert found.sql(
        "select count(*), count(distinct trial_id), max_by(trial_id, pointer) "
        "from raw.terminal_bench_trials"
    ).fetchall() == [(899, 899, "t-99")]
    assert found.sql("select position, reason_code from raw.quarantine").fetchall() == [
        ("/results/7", "not_a_record")
    ]


def test_absurdly_many_trials_refuse_the_file(load_contents, monkeypatch):
    monkeypatch.setattr(run, "MAX_TRACE_RECORDS", 2)
    trials = [trial("t-1"), trial("t-2"), trial("t-3")]
    found = load_contents(1, results=results(*trials))
    assert found.sql("select position, reason_code from raw.quarantine").fetchall() == [
        ("/results", "too_many_records")
    ]
    assert found.sql("select count(*) from raw.terminal_bench_trials").fetchall() == [
        (0,)
    ]


def test_absurdly_many_ks_refuse_the_file(load_contents):
    counts = {str(k): 0.5 for k in range(200_001)}
    found = load_contents(1, results=results(trial()) | {"pass_at_k": counts})
    assert found.sql("select position, reason_code from raw.quarantine").fetchall() == [
        ("/pass_at_k", "too_many_records")
    ]


def test_a_trial_without_an_id_goes_by_its_uuid_then_its_name(load_contents):
    first, second = trial(uuid="u"), trial()
    del first["id"], second["id"]
    found = load_contents(results=results(first, second))
    assert found.sql(
        "select trial_id from raw.terminal_bench_trials order by pointer"
    ).fetchall() == [("u",), ("maze.1-of-1.monday",)]


@pytest.mark.parametrize(
    ("name", "task_id", "run_id"),
    [
        ("maze.1-of-5.monday", "maze", "monday"),
        ("maze.1-of-5.monday", "other", "monday"),
        ("a.hard.2-of-10.2025-08-07__20.5", "a.hard", "2025-08-07__20.5"),
        ("part.1-of-2.x.1-of-5.monday", "part.1-of-2.x", "monday"),
        ("part.1-of-1.1-of-5.monday", "part.1-of-1", "monday"),
        ("maze.1-of-5.again.1-of-2.x", "maze", "again.1-of-2.x"),
        ("maze.3-of-5", "maze", None),
        ("maze", "maze", None),
        ("maze.1-of-5.monday", None, "monday"),
        (None, None, None),
    ],
)
def test_the_run_is_what_follows_the_number_of_the_attempt(name, task_id, run_id):
    assert run_id_of(name, task_id) == run_id


def test_a_task_may_be_called_like_the_number_of_an_attempt(load_contents):
    task = "part.1-of-2.x"
    found = load_contents(
        results=results(trial(task_id=task, trial_name=f"{task}.2-of-5.monday"))
    )
    query = "select run_id from raw.terminal_bench_trials"
    assert found.sql(query).fetchall() == [("monday",)]


def test_pass_at_k_of_the_metadata_is_kept(load_contents):
    found = load_contents(run_metadata=METADATA | {"pass_at_k": {"2": 0.75, "5": None}})
    assert found.sql(
        "select pointer, k, value from raw.terminal_bench_pass_at_k order by k"
    ).fetchall() == [("/pass_at_k/2", 2, 0.75), ("/pass_at_k/5", 5, None)]


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2025-07-12T09:00:00+02:00", "2025-07-12T07:01:30", 90.0),
        ("2025-07-12T07:00:10Z", "2025-07-12T07:00:00Z", -10.0),
        (None, "2025-07-12T07:00:00Z", None),
    ],
)
def test_a_time_without_a_zone_is_in_utc(start, end, seconds):
    assert seconds_between(start, end) == seconds
