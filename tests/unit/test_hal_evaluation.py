"""HAL traces: what a trace says about itself, and the study's own."""

import json
from collections import Counter

import pytest
from hal_traces import (
    CONFIG,
    read,
    trace,
)


def test_an_evaluation_has_what_config_and_results_say():
    loaded = read(
        trace(
            config={"agent_version": "2", "prompt_sensitivity": False},
            results={"level_1_accuracy": 0.75, "stages": {"a": [1]}},
            agent_hash="abc",
        )
    )
    assert loaded.evaluation == {
        "pointer": "/config",
        "trace_number": 1,
        "member": None,
        "run_id": "gaia_an_agent_1",
        "benchmark_name": "gaia",
        "agent_name": "An Agent",
        "date": "2025-04-23",
        "model_name": "o3",
        "reasoning_effort": None,
        "run_command": "hal-eval --benchmark gaia",
        "agent_args": '{"model_name": "o3"}',
        "extra_config": '{"agent_version": "2", "prompt_sensitivity": false}',
        "agent_hash": "abc",
        "accuracy": 0.5,
        "average_correctness": None,
        "success_rate": None,
        "average_score": None,
        "average_exact_match": None,
        "total_cost": 1.5,
        "extra_results": '{"level_1_accuracy": 0.75, "stages": {"a": [1]}}',
        "trace_total_cost": 1.5,
        "has_successful_list": False,
        "has_failed_list": False,
        "successful_count": None,
        "failed_count": None,
        "has_prompt_variations": False,
        "log_shape": "none",
    }
    assert (loaded.quarantined, loaded.rows("warnings")) == ([], [])


@pytest.mark.parametrize(
    ("benchmark", "incomplete_count", "failure_count"),
    [
        ("swebench_verified_mini", 48, 49),
        ("swebench_verified_mini", 49, 1),
        ("swebench_verified", 49, 50),
    ],
)
def test_instances_outside_of_verified_mini_are_no_tasks(
    benchmark, incomplete_count, failure_count
):
    report = {
        "resolved_ids": ["a"],
        "unresolved_ids": ["b"],
        "incomplete_ids": [f"c{number}" for number in range(incomplete_count)],
    }
    config = {"benchmark_name": benchmark}
    rows = read(trace(config=config, raw_eval_results=report)).rows("task_results")
    outcomes = Counter(row["outcome"] for row in rows)
    assert outcomes == {"success": 1, "failure": failure_count}


@pytest.mark.parametrize(("told", "read_as"), [(1 + 2e-16, 1.0), (1 + 1e-8, None)])
def test_an_accuracy_above_1_by_rounding_is_1(told, read_as):
    loaded = read(trace(results={"accuracy": told}))
    assert loaded.evaluation["accuracy"] == read_as
    assert bool(loaded.rows("warnings")) == (read_as is None)


def test_old_traces_of_gaia_have_another_name_for_their_accuracy():
    old = read(trace(results={"accuracy": None, "overall_accuracy": 0.25}))
    assert old.evaluation["accuracy"] == 0.25
    both = read(trace(results={"accuracy": 0.5, "overall_accuracy": 0.25}))
    assert both.evaluation["accuracy"] == 0.5


@pytest.mark.parametrize(
    ("results", "accuracy"),
    [
        ({"accuracy": 48.8}, 0.488),
        # One per cent, as the other aggregate beside it says; a share without it.
        ({"accuracy": 1.0, "aggregate_scenario_goal_completion": 0.0}, 0.01),
        ({"accuracy": 0.5}, 0.5),
        ({"accuracy": 100}, 1.0),
        ({"accuracy": 4880}, None),
        ({"accuracy": "48.8"}, None),
    ],
)
def test_the_percentage_of_appworld_is_a_share(results, accuracy):
    config = {"benchmark_name": "appworld_test_normal"}
    loaded = read(trace(config=config, results=results))
    assert loaded.evaluation["accuracy"] == accuracy
    assert read(trace(results=results)).evaluation["accuracy"] == (
        results["accuracy"] if results["accuracy"] in (0.5, 1.0) else None
    )


def test_a_trace_that_measures_sensitivity_to_prompts_says_so():
    loaded = read(trace(prompt_sensitivity_metrics={"num_tasks": 2}))
    assert loaded.evaluation["has_prompt_variations"]
    assert not loaded.rows("warnings")


@pytest.mark.parametrize(
    "name",
    ["average_correctness", "success_rate", "average_score", "average_exact_match"],
)
def test_each_headline_has_its_column(name):
    assert read(trace(results={name: 0.25})).evaluation[name] == 0.25


@pytest.mark.parametrize(
    ("config", "model", "effort"),
    [
        ({"agent_args": {"model_name": "a", "model": "b"}}, "a", None),
        ({"agent_args": {"agent.model.name": "a", "model": "b"}}, "a", None),
        ({"agent_args": {"model": "b"}}, "b", None),
        ({"agent_args": {"model_name": 3, "model": "b"}}, "b", None),
        ({"agent_args": {"model": "b"}, "model": "c"}, "b", None),
        ({"agent_args": {}, "model": "c", "reasoning_effort": "low"}, "c", "low"),
        ({"agent_args": {}}, None, None),
        (
            {"agent_args": {"model_name": "a", "reasoning_effort": "high"}},
            "a",
            "high",
        ),
        (
            {
                "agent_args": {
                    "agent.model.name": "a",
                    "agent.model.reasoning_effort": "low",
                }
            },
            "a",
            "low",
        ),
    ],
)
def test_model_and_effort_are_found_wherever_they_stand(config, model, effort):
    evaluation = read(trace(config=config)).evaluation
    assert (evaluation["model_name"], evaluation["reasoning_effort"]) == (model, effort)


def test_a_trace_may_lack_agent_args_and_all_but_config_and_results():
    config = {name: value for name, value in CONFIG.items() if name != "agent_args"}
    loaded = read({"config": config, "results": {}})
    assert loaded.evaluation["agent_args"] is None
    assert loaded.evaluation["total_cost"] is None
    assert list(loaded.all_rows) == ["raw.hal_evaluations"]


def test_what_is_odd_but_usable_is_noted_and_kept():
    loaded = read(
        trace(
            config={"date": 20250423, "agent_args": "none"},
            results={"accuracy": "0.5", "total_cost": None},
            total_cost="free",
            more=[1],
        )
    )
    evaluation = loaded.evaluation
    assert (evaluation["accuracy"], evaluation["date"]) == (None, None)
    assert json.loads(evaluation["extra_results"]) == {"accuracy": "0.5"}
    assert json.loads(evaluation["extra_config"]) == {
        "date": 20250423,
        "agent_args": "none",
    }
    assert {(row["pointer"], row["note_code"]) for row in loaded.rows("warnings")} == {
        ("/config/agent_args", "wrong_type"),
        ("/config/date", "not_a_time"),
        ("/results/accuracy", "wrong_type"),
        ("/more", "unknown_part"),
        ("/total_cost", "wrong_type"),
    }


def test_a_number_that_no_double_holds_is_noted_and_null():
    loaded = read(
        json.dumps(trace(total_cost="@", results={"accuracy": "@", "x": "@"})).replace(
            '"@"', "1e999"
        )
    )
    assert loaded.evaluation["accuracy"] is None
    assert loaded.evaluation["trace_total_cost"] is None
    assert json.loads(loaded.evaluation["extra_results"]) == {"x": None}
    assert {row["pointer"] for row in loaded.rows("warnings")} == {
        "/results/accuracy",
        "/results/x",
        "/total_cost",
    }


def test_the_real_traces(real_data):
    paths = sorted((real_data / "hal").glob("*_UPLOAD.json"))
    loaded = [read(path.read_bytes()) for path in paths]
    assert len(paths) == 163
    assert not any(each.quarantined for each in loaded)
    counts = {
        name: sum(len(each.rows(name)) for each in loaded)
        for name in ("task_results", "task_latencies", "token_usage", "warnings")
    }
    assert counts == {
        "task_results": 9_834,
        "task_latencies": 25_657,
        "token_usage": 87,
        "warnings": 0,
    }
    evaluations = [each.evaluation for each in loaded]
    assert len({row["benchmark_name"] for row in evaluations}) == 11
    assert all(row["model_name"] for row in evaluations)
    assert sum(row["reasoning_effort"] is not None for row in evaluations) == 52
    assert sum(row["has_successful_list"] for row in evaluations) == 95
    assert sum(row["total_cost"] == 0 for row in evaluations) == 1
