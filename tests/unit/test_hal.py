"""HAL traces: which shape becomes which rows, and what is refused."""

import json
import re
import tracemalloc
from collections import Counter

import msgspec
import pytest
from hal_traces import CONFIG, read, trace
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loaders.contract import records
from loaders.contract.records import FileRefused
from loaders.contract.rules import canonical
from loaders.contract.visible import is_visible
from loaders.hal import cut_log as hal_cut_log
from loaders.hal import evaluation as hal_evaluation
from loaders.hal import trace as hal
from sample import hal as sample_hal

TOKEN_NAMES = (
    "vocabulary",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
)


def refusal(content) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert refused.value.detail.endswith(
        records.FILE_REASONS[refused.value.reason_code]
    )
    return refused.value


# ---- what a trace says about itself


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
    assert (loaded.quarantined, loaded.rows("notes")) == ([], [])


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
    assert bool(loaded.rows("notes")) == (read_as is None)


def test_a_trace_that_measures_sensitivity_to_prompts_says_so():
    loaded = read(trace(prompt_sensitivity_metrics={"num_tasks": 2}))
    assert loaded.evaluation["has_prompt_variations"]
    assert not loaded.rows("notes")


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
    assert {(row["pointer"], row["note_code"]) for row in loaded.rows("notes")} == {
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
    assert {row["pointer"] for row in loaded.rows("notes")} == {
        "/results/accuracy",
        "/results/x",
        "/total_cost",
    }


# ---- tasks


def outcomes(loaded) -> dict:
    return {
        row["task_id"]: (row["outcome"], row["decided_by"], row["score"])
        for row in loaded.rows("task_results")
    }


def test_lists_decide_first():
    loaded = read(
        trace(
            results={"successful_tasks": ["a", "b"], "failed_tasks": ["b", "c", "d"]},
            raw_eval_results={
                "a": {"score": 0},
                "b": {"score": 1},
                "e": {"score": 1},
            },
        )
    )
    assert outcomes(loaded) == {
        "a": ("success", "list", 0.0),
        # It stands in both, so they decide nothing.
        "b": ("success", "raw_result", 1.0),
        "c": ("failure", "list", None),
        "d": ("failure", "list", None),
        "e": ("success", "raw_result", 1.0),
    }
    both = [row["is_in_both_lists"] for row in loaded.rows("task_results")]
    assert both == [False, True, False, False, False]
    assert loaded.evaluation["successful_count"] == 2
    assert loaded.evaluation["failed_count"] == 3


def test_a_list_that_is_empty_is_a_list():
    evaluation = read(trace(results={"failed_tasks": []})).evaluation
    assert (evaluation["has_successful_list"], evaluation["has_failed_list"]) == (
        False,
        True,
    )
    assert (evaluation["successful_count"], evaluation["failed_count"]) == (None, 0)


def test_steps_and_wall_clock_times_come_with_the_task():
    loaded = read(
        trace(
            results={"successful_tasks": ["a"]},
            task_step_counts={"a": 7, "b": 3.0},
            wall_clock_times={"a": 12.5, "c": None},
        )
    )
    assert [
        (row["task_id"], row["step_count"], row["wall_clock_seconds"], row["pointer"])
        for row in loaded.rows("task_results")
    ] == [
        ("a", 7, 12.5, "/results/successful_tasks/0"),
        ("b", 3, None, "/task_step_counts/b"),
        ("c", None, None, "/wall_clock_times/c"),
    ]


@pytest.mark.parametrize(
    ("lists", "outcome"),
    [
        ({"resolved_ids": ["a"], "error_ids": ["a"]}, (None, "none", True)),
        ({"error_ids": ["a"], "resolved_ids": ["a"]}, (None, "none", True)),
        ({"resolved_ids": ["a"], "unresolved_ids": ["a"]}, (None, "none", True)),
        (
            {"resolved_ids": ["a"], "error_ids": ["a"], "empty_patch_ids": ["a"]},
            (None, "none", True),
        ),
        (
            {"unresolved_ids": ["a"], "error_ids": ["a"]},
            ("failure", "raw_result", False),
        ),
        ({"resolved_ids": ["a", "a"]}, ("success", "raw_result", False)),
    ],
)
def test_lists_of_one_report_that_contradict_each_other_decide_nothing(lists, outcome):
    lists = lists | {"resolved_ids": [*lists.get("resolved_ids", []), "b"]}
    config = {"benchmark_name": "swebench_verified_mini"}
    rows = {
        row["task_id"]: (row["outcome"], row["decided_by"], row["is_in_both_lists"])
        for row in read(trace(config=config, raw_eval_results=lists)).rows(
            "task_results"
        )
    }
    assert rows == {"a": outcome, "b": ("success", "raw_result", False)}


def test_a_list_of_the_trace_decides_where_those_of_its_report_contradict():
    lists = {"resolved_ids": ["a"], "error_ids": ["a"]}
    document = trace(
        config={"benchmark_name": "swebench_verified_mini"},
        results={"failed_tasks": ["a"]},
        raw_eval_results=lists,
    )
    (row,) = read(document).rows("task_results")
    assert (row["outcome"], row["decided_by"]) == ("failure", "list")
    assert not row["is_in_both_lists"]


@pytest.mark.parametrize(
    ("benchmark", "raw", "expected"),
    [
        ("gaia", {"a": {"score": True}}, {"a": ("success", 1.0)}),
        ("gaia", {"a": {"score": 0.9}}, {"a": ("failure", 0.9)}),
        ("gaia", {"a": {"score": None}}, {"a": (None, None)}),
        ("taubench_airline", {"0": {"reward": 0.5}}, {"0": ("success", 0.5)}),
        ("taubench_airline", {"0": {"reward": 0}}, {"0": ("failure", 0.0)}),
        ("taubench_retail", {"0": "TIMEOUT"}, {"0": ("failure", None)}),
        ("terminal_bench", {"a": {"reward": 1}}, {"a": ("success", 1.0)}),
        (
            "taubench_airline",
            {"0": [{"reward": 1.0}, {"reward": 0.0}]},
            {"0": ("success", 0.5)},
        ),
        (
            "usaco",
            {
                "rdict": {},
                "sdict": {
                    "1": [{"result": {"fraction_passed": 1}}],
                    "2": [{"result": {"fraction_passed": "0.5"}}],
                    "3": [],
                },
            },
            {"1": ("success", 1.0), "2": ("failure", 0.5), "3": (None, None)},
        ),
        (
            "swebench_verified_mini",
            {
                "resolved_ids": ["a"],
                "unresolved_ids": ["b"],
                "error_ids": ["c"],
                "empty_patch_ids": ["d"],
                "incomplete_ids": ["e", "f"],
                "submitted_ids": ["a", "b", "c", "d", "g"],
                "completed_ids": ["b", "a"],
                "total_instances": 50,
            },
            {
                "a": ("success", None),
                "b": ("failure", None),
                "c": ("failure", None),
                "d": ("failure", None),
                # Not submitted, and submitted without a result.
                "e": ("failure", None),
                "f": ("failure", None),
                "g": ("failure", None),
            },
        ),
        (
            "corebench_hard",
            {
                "a": {
                    "correct_written_answers": 2,
                    "correct_vision_answers": 0,
                    "total_written_questions": 2,
                    "total_vision_questions": 0,
                },
                "b": {
                    "correct_written_answers": 2,
                    "correct_vision_answers": 0,
                    "total_written_questions": 2,
                    "total_vision_questions": 2,
                },
                "c": {"error": "none"},
            },
            {"a": ("success", 1.0), "b": ("failure", 0.5), "c": ("failure", None)},
        ),
        (
            "scienceagentbench",
            {"eval_result": {"1": {"success_rate": 1}, "2": {"success_rate": 0}}},
            {"1": ("success", 1.0), "2": ("failure", 0.0)},
        ),
        (
            "colbench_backend_programming",
            [1.0, 0.5],
            {"0": ("success", 1.0), "1": ("failure", 0.5)},
        ),
        ("colbench_backend_programming", {"7": 1}, {"7": ("success", 1.0)}),
        ("colbench_frontend_design", [0.93], {"0": (None, 0.93)}),
        (
            "appworld_test_normal",
            {"individual": {"a": {"success": True}, "b": {"success": False}}},
            {"a": ("success", None), "b": ("failure", None)},
        ),
        (
            "replicatorbench",
            {"a": {"correct": True, "overall_score": 0.75}},
            {"a": ("success", 0.75)},
        ),
        # Lists alone decide these, and without them nothing does.
        ("scicode", {"details": {"11": ["11.1"]}}, {}),
        ("assistantbench", {"scores": [1.0], "answers": [1]}, {}),
        ("gaia", None, {}),
        ("gaia", "lost", {}),
    ],
)
def test_raw_results_decide_by_the_rule_of_the_benchmark(benchmark, raw, expected):
    loaded = read(trace(config={"benchmark_name": benchmark}, raw_eval_results=raw))
    assert loaded.quarantined == []
    assert {
        task_id: (outcome, score)
        for task_id, (outcome, _, score) in outcomes(loaded).items()
    } == expected


def test_replicatorbench_has_its_own_name_for_the_list():
    loaded = read(
        trace(results={"passed_tasks": ["a"], "failed_tasks": ["b"]}),
    )
    assert [outcome for outcome, *_ in outcomes(loaded).values()] == [
        "success",
        "failure",
    ]


@pytest.mark.parametrize(
    ("parts", "reasons"),
    [
        (
            {"results": {"failed_tasks": ["a", 1.0, None, "a", " "]}},
            [
                ("/results/failed_tasks/1", "wrong_type"),
                ("/results/failed_tasks/2", "wrong_type"),
                ("/results/failed_tasks/3", "duplicate_record"),
                ("/results/failed_tasks/4", "empty_text"),
            ],
        ),
        (
            {"results": {"failed_tasks": {"a": 1}}},
            [("/results/failed_tasks", "wrong_type")],
        ),
        (
            {"raw_eval_results": {"a/b": {"score": "high"}, "c": 3}},
            [
                ("/raw_eval_results/a~1b", "wrong_type"),
                ("/raw_eval_results/c", "wrong_type"),
            ],
        ),
        (
            {"task_step_counts": {"a": -1, "b": 1.5, "c": "3", "": 1}},
            [
                ("/task_step_counts/a", "count_negative"),
                ("/task_step_counts/b", "count_fractional"),
                ("/task_step_counts/c", "wrong_type"),
                ("/task_step_counts/", "empty_text"),
            ],
        ),
        ({"task_step_counts": [1]}, [("/task_step_counts", "wrong_type")]),
        (
            {"wall_clock_times": {"a": -0.5, "b": True}},
            [
                ("/wall_clock_times/a", "seconds_negative"),
                ("/wall_clock_times/b", "wrong_type"),
            ],
        ),
        (
            {
                "results": {
                    "latencies": {
                        "a": {"total_time": -1},
                        "b": "3 s",
                        "c": {"first_call_timestamp": [3]},
                    }
                }
            },
            [
                ("/results/latencies/a", "seconds_negative"),
                ("/results/latencies/b", "wrong_type"),
                ("/results/latencies/c", "wrong_type"),
            ],
        ),
        ({"results": {"latencies": [1.5]}}, [("/results/latencies", "wrong_type")]),
        (
            {"total_usage": {"m": {"prompt_tokens": -1}, "n": 3, "": None}},
            [
                ("/total_usage/m", "count_negative"),
                ("/total_usage/n", "not_a_record"),
                ("/total_usage/", "empty_text"),
            ],
        ),
        ({"total_usage": ["m"]}, [("/total_usage", "wrong_type")]),
        ({"raw_logging_results": 3}, [("/raw_logging_results", "wrong_type")]),
    ],
)
def test_a_record_that_breaks_a_rule_is_quarantined_alone(parts, reasons):
    loaded = read(trace(**parts))
    assert loaded.reasons == reasons
    assert loaded.evaluation["run_id"] == "gaia_an_agent_1"
    for entry in loaded.quarantined:
        assert entry.detail.endswith(records.RECORD_REASONS[entry.reason_code])
        assert "object at 0x" not in entry.detail
        assert len(entry.detail) < 250
        assert len(entry.record_excerpt) <= 500


# ---- latencies, tokens, calls


def test_latencies_are_objects_or_numbers():
    latencies = {
        "a": {
            "first_call_timestamp": "2025-04-23T10:00:00+00:00",
            "last_call_timestamp": "2025-04-23T10:00:02.5+00:00",
            "total_time": 2.5,
        },
        "b": {"total_time": 0.0},
        "c": 3,
        "d": None,
        "e": {},
    }
    loaded = read(trace(results={"latencies": latencies}))
    assert [tuple(row.values()) for row in loaded.rows("task_latencies")] == [
        (
            "/results/latencies/a",
            1,
            "a",
            2.5,
            "2025-04-23T10:00:00+00:00",
            "2025-04-23T10:00:02.5+00:00",
            None,
        ),
        ("/results/latencies/b", 1, "b", 0.0, None, None, None),
        ("/results/latencies/c", 1, "c", 3.0, None, None, None),
        ("/results/latencies/d", 1, "d", None, None, None, None),
        ("/results/latencies/e", 1, "e", None, None, None, None),
    ]


# What each vocabulary includes; docs/formats.md has the same as a table. The counts
# are vocabulary, uncached input, cache read, cache write, output, reasoning.
USAGES = [
    # LiteLLM, OpenAI and who copies their names: all is inside.
    (
        {"prompt_tokens": 100, "completion_tokens": 7},
        ("prompt_tokens", 100, None, None, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 107,
            "prompt_tokens_details": {"cached_tokens": 30, "audio_tokens": 0},
        },
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 107,
            "cache_creation_input_tokens": 11,
            "cache_read_input_tokens": 30,
        },
        ("prompt_tokens_cached", 59, 30, 11, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 11},
        },
        ("prompt_tokens_cached", 59, 30, 11, 7, None),
    ),
    # Zeros of one writer beside the counts of another.
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "cache_read_input_tokens": 0,
            "prompt_tokens_details": {"cached_tokens": 30},
        },
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    (
        {
            "prompt_tokens": 0,
            "completion_tokens": 0,
            "input_tokens": 70,
            "cache_read_input_tokens": 30,
        },
        ("anthropic", 70, 30, None, None, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "prompt_cache_hit_tokens": 30,
            "prompt_cache_miss_tokens": 70,
        },
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    # The total puts the written tokens beside, all cached ones, or neither.
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 118,
            "cache_creation_input_tokens": 11,
            "cache_read_input_tokens": 30,
        },
        ("prompt_tokens_cached", 70, 30, 11, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 148,
            "cache_creation_input_tokens": 11,
            "cache_read_input_tokens": 30,
        },
        ("prompt_tokens_cached", 100, 30, 11, 7, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 7,
            "total_tokens": 1,
            "cache_read_input_tokens": 30,
        },
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    # More cached than prompted: it is beside the prompt, whatever the total.
    (
        {"prompt_tokens": 5, "cache_read_input_tokens": 6},
        ("prompt_tokens_cached", 5, 6, None, None, None),
    ),
    (
        {
            "prompt_tokens": 5,
            "completion_tokens": 1,
            "total_tokens": 6,
            "cache_read_input_tokens": 60,
            "cache_creation_input_tokens": 2,
        },
        ("prompt_tokens_cached", 3, 60, 2, 1, None),
    ),
    # Reasoning inside the completion, and beside it.
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 850,
            "total_tokens": 950,
            "completion_tokens_details": {"reasoning_tokens": 800},
        },
        ("prompt_tokens", 100, None, None, 850, 800),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "total_tokens": 950,
            "completion_tokens_details": {"reasoning_tokens": 800},
        },
        ("prompt_tokens", 100, None, None, 850, 800),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "completion_tokens_details": {"reasoning_tokens": 800},
        },
        ("prompt_tokens", 100, None, None, 850, 800),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 90,
            "total_tokens": 260,
            "prompt_tokens_details": {"cached_tokens": 30},
            "completion_tokens_details": {"reasoning_tokens": 70},
        },
        ("prompt_tokens_cached", 70, 30, None, 160, 70),
    ),
    # A count of reasoning that is none costs nothing else.
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "completion_tokens_details": {"reasoning_tokens": -8},
        },
        ("prompt_tokens", 100, None, None, 50, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "completion_tokens_details": "none",
        },
        ("prompt_tokens", 100, None, None, 50, None),
    ),
    # Inspect: nothing is inside, before version 0.3.184 what was read.
    (
        {
            "input_tokens": 70,
            "output_tokens": 7,
            "total_tokens": 118,
            "input_tokens_cache_write": 11,
            "input_tokens_cache_read": 30,
            "reasoning_tokens": 3,
        },
        ("input_tokens", 70, 30, 11, 7, 3),
    ),
    (
        {
            "input_tokens": 100,
            "output_tokens": 7,
            "total_tokens": 107,
            "input_tokens_cache_read": 30,
        },
        ("input_tokens", 70, 30, None, 7, None),
    ),
    # Anthropic: nothing is inside.
    (
        {
            "input_tokens": 70,
            "output_tokens": 7,
            "cache_creation_input_tokens": 11,
            "cache_read_input_tokens": 30,
        },
        ("anthropic", 70, 30, 11, 7, None),
    ),
    # Bedrock: the same, even where its total leaves out the cache.
    (
        {"inputTokens": 70, "outputTokens": 7, "cacheReadInputTokens": 30},
        ("bedrock", 70, 30, None, 7, None),
    ),
    (
        {
            "inputTokens": 70,
            "outputTokens": 7,
            "totalTokens": 77,
            "cacheReadInputTokens": 30,
            "cacheWriteInputTokens": 11,
        },
        ("bedrock", 70, 30, 11, 7, None),
    ),
    # As Claude's agents and Bedrock's own log write it.
    (
        {
            "inputTokens": 70,
            "outputTokens": 7,
            "cacheReadInputTokens": 30,
            "cacheCreationInputTokens": 11,
            "webSearchRequests": 0,
            "costUSD": 0.5,
        },
        ("bedrock", 70, 30, 11, 7, None),
    ),
    (
        {
            "inputTokenCount": 70,
            "outputTokenCount": 7,
            "cacheReadInputTokenCount": 30,
            "cacheWriteInputTokenCount": 11,
        },
        ("bedrock", 70, 30, 11, 7, None),
    ),
    # Google: what was read is inside, thoughts and what tools read are beside.
    (
        {
            "prompt_token_count": 100,
            "cached_content_token_count": 30,
            "candidates_token_count": 50,
            "thoughts_token_count": 800,
            "total_token_count": 950,
        },
        ("google", 70, 30, None, 850, 800),
    ),
    (
        {
            "promptTokenCount": 100,
            "toolUsePromptTokenCount": 9,
            "candidatesTokenCount": 50,
            "thoughtsTokenCount": 800,
        },
        ("google", 109, None, None, 850, 800),
    ),
    (
        {
            "promptTokenCount": 100,
            "candidatesTokenCount": 850,
            "thoughtsTokenCount": 800,
            "totalTokenCount": 950,
        },
        ("google", 100, None, None, 850, 800),
    ),
    # OpenAI's Responses, LangChain and the AI SDK: all is inside.
    (
        {
            "input_tokens": 100,
            "output_tokens": 7,
            "input_tokens_details": {"cached_tokens": 30},
            "output_tokens_details": {"reasoning_tokens": 5},
        },
        ("responses", 70, 30, None, 7, 5),
    ),
    (
        {
            "input_tokens": 100,
            "output_tokens": 7,
            "total_tokens": 107,
            "input_token_details": {"cache_read": 30, "cache_creation": 11},
            "output_token_details": {"reasoning": 5},
        },
        ("langchain", 59, 30, 11, 7, 5),
    ),
    (
        {"inputTokens": 100, "outputTokens": 7, "cachedInputTokens": 30},
        ("ai_sdk", 70, 30, None, 7, None),
    ),
    (
        {
            "inputTokens": 100,
            "inputTokenDetails": {
                "noCacheTokens": 59,
                "cacheReadTokens": 30,
                "cacheWriteTokens": 11,
            },
            "outputTokens": 7,
            "outputTokenDetails": {"textTokens": 2, "reasoningTokens": 5},
            "totalTokens": 107,
            "raw": {"prompt_tokens": 100},
        },
        ("ai_sdk", 59, 30, 11, 7, 5),
    ),
    (
        {"inputTokens": 100, "inputTokenDetails": "none", "outputTokens": 7},
        ("ai_sdk", 100, None, None, 7, None),
    ),
    (
        {"promptTokens": 100, "completionTokens": 7, "totalTokens": 107},
        ("ai_sdk", 100, None, None, 7, None),
    ),
    # An embedding: the total leaves no output.
    (
        {"prompt_tokens": 100, "total_tokens": 100},
        ("prompt_tokens", 100, None, None, 0, None),
    ),
    (
        {"prompt_tokens": 100, "total_tokens": 107},
        ("prompt_tokens", 100, None, None, None, None),
    ),
    # Moonshot's count of what was cached.
    (
        {"prompt_tokens": 100, "completion_tokens": 7, "cached_tokens": 30},
        ("prompt_tokens_cached", 70, 30, None, 7, None),
    ),
    # What Anthropic wrote to a cache, by how long it is kept, with and without the sum.
    (
        {
            "input_tokens": 10,
            "output_tokens": 7,
            "cache_read_input_tokens": 600,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 300,
                "ephemeral_1h_input_tokens": 40,
            },
        },
        ("anthropic", 10, 600, 340, 7, None),
    ),
    (
        {
            "input_tokens": 10,
            "output_tokens": 7,
            "cache_creation": {"ephemeral_1h_input_tokens": 40},
        },
        ("anthropic", 10, None, 40, 7, None),
    ),
    (
        {
            "input_tokens": 10,
            "output_tokens": 7,
            "cache_creation_input_tokens": 340,
            "cache_creation": {
                "ephemeral_5m_input_tokens": 300,
                "ephemeral_1h_input_tokens": 40,
            },
        },
        ("anthropic", 10, None, 340, 7, None),
    ),
    (
        {"input_tokens": 10, "output_tokens": 7, "cache_creation": "none"},
        ("anthropic", 10, None, None, 7, None),
    ),
    # LangChain then tells no sum.
    (
        {
            "input_tokens": 950,
            "output_tokens": 7,
            "total_tokens": 957,
            "input_token_details": {
                "cache_read": 600,
                "cache_creation": 0,
                "ephemeral_5m_input_tokens": 300,
                "ephemeral_1h_input_tokens": 40,
            },
        },
        ("langchain", 10, 600, 340, 7, None),
    ),
    # Gemini's thoughts, where its client knows no name for them.
    (
        {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 950},
        ("prompt_tokens", 100, None, None, 850, None),
    ),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "total_tokens": 950,
            "prompt_tokens_details": {"cached_tokens": 60},
        },
        ("prompt_tokens_cached", 40, 60, None, 850, None),
    ),
    (
        {
            "prompt_token_count": 100,
            "candidates_token_count": 50,
            "total_token_count": 950,
        },
        ("google", 100, None, None, 850, None),
    ),
    (
        {"promptTokens": 100, "completionTokens": 50, "totalTokens": 950},
        ("ai_sdk", 100, None, None, 850, None),
    ),
    (
        {"inputTokens": 100, "outputTokens": 50, "totalTokens": 950},
        ("bedrock", 100, None, None, 850, None),
    ),
    (
        {
            "input_tokens": 100,
            "output_tokens": 50,
            "total_tokens": 950,
            "input_token_details": {"cache_read": 40},
        },
        ("langchain", 60, 40, None, 850, None),
    ),
    (
        {
            "prompt_token_count": 1000,
            "prompt_tokens_details": [{"modality": "TEXT", "token_count": 1000}],
            "cached_content_token_count": 600,
            "cache_tokens_details": [{"modality": "TEXT", "token_count": 600}],
            "candidates_token_count": 50,
            "candidates_tokens_details": None,
            "thoughts_token_count": 20,
            "total_token_count": 1070,
        },
        ("google", 400, 600, None, 70, 20),
    ),
    # Thoughts that no answer follows.
    (
        {"promptTokenCount": 100, "thoughtsTokenCount": 800, "totalTokenCount": 900},
        ("google", 100, None, None, 800, 800),
    ),
    ({"prompt_tokens": 12.0}, ("prompt_tokens", 12, None, None, None, None)),
    ({"prompt_tokens": None, "completion_tokens": None}, (None,) * 6),
    ({"requests": 3}, (None,) * 6),
    (None, (None,) * 6),
]


@pytest.mark.parametrize(("usage", "expected"), USAGES)
def test_usage_is_brought_into_one_spelling(usage, expected):
    log = [{"id": "1", "inputs": {"model": "m"}, "output": {"usage": usage}}]
    [row] = read(trace(raw_logging_results=log)).rows("model_calls")
    assert tuple(row[name] for name in TOKEN_NAMES) == expected


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ({}, ("prompt_tokens_cached", 70, 30, 11, 7, None)),
        ({"total_tokens": 118}, ("prompt_tokens_cached", 70, 30, 11, 7, None)),
        ({"total_tokens": 107}, ("prompt_tokens_cached", 59, 30, 11, 7, None)),
    ],
)
def test_total_usage_has_written_tokens_beside_the_prompt(total, expected):
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 7,
        "cache_creation_input_tokens": 11,
        "cache_read_input_tokens": 30,
    } | total
    [row] = read(trace(total_usage={"a/b": usage})).rows("token_usage")
    assert (row["pointer"], row["model"]) == ("/total_usage/a~1b", "a/b")
    assert tuple(row[name] for name in TOKEN_NAMES) == expected


def test_a_call_of_several_models_is_a_sum_only_where_each_tells():
    usage = {
        "m": {"prompt_tokens": 5, "completion_tokens": 2},
        "n": {"input_tokens": 3, "cache_read_input_tokens": 4},
        "o": {},
    }
    log = [{"id": "1", "summary": {"usage": usage}}]
    [row] = read(trace(raw_logging_results=log)).rows("model_calls")
    assert tuple(row[name] for name in TOKEN_NAMES) == ("mixed", 8, 4, None, None, None)


def test_a_call_may_list_its_usage_by_model():
    usage = [{"o3": {"prompt_tokens": 5, "completion_tokens": 2}}]
    log = [
        {"id": "1", "summary": {"usage": usage}},
        {"id": "2", "summary": {"usage": [*usage, *usage]}},
        {"id": "3", "summary": {"usage": [*usage, {"n": usage[0]["o3"]}]}},
    ]
    rows = read(trace(raw_logging_results=log)).rows("model_calls")
    assert [(row["model"], row["input_tokens"]) for row in rows] == [
        ("o3", 5),
        ("o3", 10),
        (None, 10),
    ]


def call(call_id: str, **changes) -> dict:
    """Return a full call record."""
    return {
        "id": call_id,
        "op_name": "openai.chat.completions.create",
        "parent_id": None,
        "trace_id": "t",
        "started_at": "2025-04-23T10:00:00+00:00",
        "ended_at": "2025-04-23T10:00:01+00:00",
        "inputs": {"model": "o3", "messages": [{"role": "user", "content": "x"}]},
        "output": {
            "model": "o3-2025",
            "choices": [],
            "usage": {"prompt_tokens": 100, "completion_tokens": 7},
        },
        "summary": {"usage": {"o3": {"prompt_tokens": 100, "completion_tokens": 7}}},
        "attributes": {"weave_task_id": "a"},
        "weave_task_id": "a",
    } | changes


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


def test_whole_numbers_are_ids_in_a_report_of_swe_bench():
    loaded = read(
        trace(
            config={"benchmark_name": "swebench_verified"},
            raw_eval_results={"resolved_ids": [17], "unresolved_ids": ["a", 4]},
        )
    )
    assert {row["task_id"]: row["outcome"] for row in loaded.rows("task_results")} == {
        "17": "success",
        "a": "failure",
        "4": "failure",
    }


@pytest.mark.parametrize(
    "time",
    [1744000000.5, 1744000000500, 1744000000500000, 1744000000500000000,
     "1744000000.5", "1744000000500"],
)  # fmt: skip
def test_a_time_is_read_by_the_unit_that_it_must_have(time):
    latency = {"total_time": 9, "first_call_timestamp": time}
    loaded = read(
        trace(
            config={"date": time},
            results={"latencies": {"a": latency}},
            raw_logging_results=[call("1", started_at=time, ended_at=time)],
        )
    )
    expected = "2025-04-07T04:26:40.500000+00:00"
    assert loaded.rows("task_latencies")[0]["first_call_at"] == expected
    [row] = loaded.rows("model_calls")
    assert (row["started_at"], row["ended_at"]) == (expected, expected)
    assert loaded.rows("notes") == []
    is_day = not isinstance(time, str) or time.isdigit()
    assert loaded.evaluation["date"] == ("2025-04-07" if is_day else time)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("20250407T042640Z", "2025-04-07T04:26:40+00:00"),
        ("2025-W15-1T04:26", "2025-04-07T04:26:00"),
        ("2025-04-07T04:26:40,5+02", "2025-04-07T04:26:40.500000+02:00"),
        ("2025-04-07 04:26:40.5+0200", "2025-04-07 04:26:40.5+0200"),
    ],
)
def test_iso_times_are_written_as_sql_reads_them(time, expected):
    log = [call("1", started_at=time)]
    loaded = read(trace(config={"date": time}, raw_logging_results=log))
    [row] = loaded.rows("model_calls")
    assert (row["started_at"], loaded.evaluation["date"]) == (expected, expected)


@pytest.mark.parametrize(
    "time", [0, 60.5, -1744000000, 1e300, 10**400, "soon", "", "3"]
)
def test_a_time_in_no_unit_costs_the_time_alone(time):
    latencies = {name: {"total_time": 9, "first_call_timestamp": time} for name in "ab"}
    log = [call("1", started_at=time), call("2", started_at="2025-04-07T04:26:40Z")]
    written = json.dumps(
        trace(results={"latencies": latencies}, raw_logging_results=log)
    )
    loaded = read(written)
    found = loaded.rows("task_latencies")
    assert [(row["total_seconds"], row["first_call_at"]) for row in found] == [
        (9, None),
        (9, None),
    ] or time == 10**400
    if time == 10**400:
        return
    assert [row["started_at"] for row in loaded.rows("model_calls")] == [
        None,
        "2025-04-07T04:26:40Z",
    ]
    notes = [row for row in loaded.rows("notes") if row["note_code"] == "not_a_time"]
    assert [row["pointer"] for row in notes] == [
        "/raw_logging_results/0/started_at",
        "/results/latencies/a/first_call_timestamp",
    ]
    assert notes[1]["detail"].endswith("(the first of 2)")


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
    assert [tuple(row.values()) for row in loaded.rows("notes")] == [
        ("/raw_logging_results/a~1b/call_count", 1, "calls_missing",
         "5 calls were made, of which the log holds 2"),
        ("/raw_logging_results/c/call_count", 1, "calls_missing",
         "1 call was made, of which the log holds 0"),
    ]  # fmt: skip


def test_calls_that_ran_inside_others_of_the_same_usage_are_noted():
    def entry(count, first, last):
        return {
            "usage": {"prompt_tokens": count, "completion_tokens": 7},
            "started_at": f"2025-04-23T10:00:{first:02}+00:00",
            "ended_at": f"2025-04-23T10:00:{last:02}+00:00",
        }

    def notes(*entries):
        log = {"a": {"call_metadata": [*entries], "call_count": len(entries)}}
        found = read(trace(raw_logging_results=log)).rows("notes")
        return [(row["pointer"], row["note_code"], row["detail"]) for row in found]

    # Each of two calls is there beside the one that wraps it.
    twice = [entry(5, 1, 4), entry(5, 1, 5), entry(9, 6, 9), entry(9, 7, 8)]
    assert notes(*twice) == [
        ("/raw_logging_results/a/call_metadata/0", "calls_nested",
         "2 of 4 calls ran inside another one of the same usage"),
    ]  # fmt: skip
    # One after another; at the same time with other usage; one such of three.
    assert notes(entry(5, 1, 2), entry(5, 3, 4), entry(5, 4, 5)) == []
    assert notes(entry(5, 1, 9), entry(6, 2, 3)) == []
    assert notes(entry(5, 1, 9), entry(5, 2, 3), entry(7, 4, 5)) == []


def test_a_usage_that_only_a_wrapper_tells_is_that_of_the_call_below():
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
        # What the wrapper tells is the sum of what is below it.
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
    [note] = loaded.rows("notes")
    assert (note["pointer"], note["note_code"], note["detail"]) == (
        "/raw_logging_results/7",
        "usage_not_told",
        "1 call tells no usage, others do",
    )


def test_a_log_in_which_no_call_tells_usage_lacks_none():
    log = [call(name, output={"choices": []}, summary={}) for name in "ab"]
    assert read(trace(raw_logging_results=log)).rows("notes") == []


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


def test_of_equal_calls_the_first_stays_and_of_others_none():
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


# ---- what Python writes and JSON does not know


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_nan_is_null_and_half_a_pair_is_replaced(indent, separators):
    nan, half = float("nan"), "cut \ud83d off \\ud800 \U0001f600"
    document = trace(
        results={"accuracy": nan, "x": [nan, -float("inf"), 1, float("inf")]},
        config={"agent_args": {"note": half, "like": 'NaN, "NaN": NaN'}},
        raw_logging_results=[call("1", inputs={"messages": [half, "\ude00\ud83d"]})],
    )
    written = json.dumps(document, indent=indent, separators=separators)
    loaded = read(written)
    # With the space before it, where there is one.
    first_nan = written.index('"accuracy":') + len('"accuracy":')
    evaluation = loaded.evaluation
    assert evaluation["accuracy"] is None
    assert json.loads(evaluation["extra_results"]) == {"x": [None, None, 1, None]}
    assert json.loads(evaluation["agent_args"]) == {
        "note": "cut \ufffd off \\ud800 \U0001f600",
        "like": 'NaN, "NaN": NaN',
    }
    assert loaded.rows("notes") == [
        {
            "pointer": f"byte {first_nan}",
            "trace_number": 1,
            "note_code": "not_finite",
            "detail": "NaN or Infinity appears there 4 times and was read as null",
        },
        {
            "pointer": f"byte {written.index('ud83d') - 1}",
            "trace_number": 1,
            "note_code": "lone_surrogate",
            "detail": "half a surrogate pair appears there 4 times and was read as "
            "U+FFFD",
        },
    ]


def test_a_byte_order_mark_is_noted():
    loaded = read(b"\xef\xbb\xbf" + json.dumps(trace()).encode())
    assert [row["note_code"] for row in loaded.rows("notes")] == ["byte_order_mark"]


def tolerant(content: bytes) -> bytes:
    """Return a document as Python's own reader and writer put it."""
    document = json.loads(content, parse_constant=lambda _: None)
    written = json.dumps(document, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", "\ufffd", written).encode()


SAMPLE = {
    name: content for name, content in sample_hal.contents() if name.endswith(".json")
}


@pytest.mark.parametrize("name", SAMPLE)
def test_every_way_of_decoding_gives_the_same_rows(name, monkeypatch):
    content = SAMPLE[name]
    tables = read(content).all_rows
    notes = tables.pop("raw.hal_notes", [])
    assert {note["note_code"] for note in notes} <= {"not_finite", "lone_surrogate"}
    # Python's own reader decides what the numbers and texts are.
    assert read(tolerant(content)).all_rows == tables
    # A part that no table takes makes the whole document one that must be repaired.
    odd = content.replace(b"{", b'{"another_part": [NaN, "\\ud800"], ', 1)
    repaired = read(odd).all_rows
    assert repaired.pop("raw.hal_notes")
    assert repaired == tables
    # Where the log cannot be cut out.
    refuse_all = hal.raw_json.decoder(dict[str, bool])
    monkeypatch.setattr(hal, "_CUT_LOG", refuse_all)
    one_by_one = read(content).all_rows
    one_by_one.pop("raw.hal_notes", None)
    assert one_by_one == tables


LOG_BY_TASK = {
    "a": {
        # What looks like the part after the log.
        "messages": [{"x": 1, "metadata": 2, "total_usage": {}}, '", "results": {}}'],
        "call_metadata": [{"usage": {"input_tokens": 5}}],
    },
    "b": {"call_metadata": None},
}
AFTER = {"total_usage": {"o3": {"input_tokens": 5}}, "task_metrics": {"total_cost": 1}}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("before", "after", "is_cut"),
    [
        ({}, AFTER, True),
        ({"metadata": '"raw_logging_results": {'}, AFTER, True),
        ({}, {"git_info": {}}, True),
        ({}, {"unknown": 1, **AFTER}, False),
        ({}, {}, True),
        ({"metadata": {"raw_logging_results": {}}}, AFTER, False),
        ({"total_usage": {}}, AFTER, True),
    ],
)
def test_a_log_by_task_is_cut_out_where_it_can_be(
    before, after, is_cut, indent, monkeypatch
):
    whole = trace()
    parts = [(name, whole[name]) for name in ("config", "results")]
    parts += [*before.items(), ("raw_logging_results", LOG_BY_TASK), *after.items()]
    inside = (json.dumps(dict([part]), indent=indent)[1:-1] for part in parts)
    written = ("{" + ",".join(inside) + "}").encode()

    def outcome():
        try:
            return read(written).all_rows
        except FileRefused as refused:
            return refused.reason_code, refused.position, refused.detail

    try:
        cut = hal_cut_log.CutLog().decode(memoryview(written))
        assert [str(name) for name in cut] == [name for name, _ in parts]
        assert is_cut
    except msgspec.ValidationError:
        assert not is_cut
    expected = outcome()
    is_refused = isinstance(expected, tuple)
    assert is_refused == ("total_usage" in before)
    monkeypatch.setattr(hal, "_CUT_LOG", hal.raw_json.decoder(dict[str, bool]))
    assert outcome() == expected


@pytest.mark.parametrize(
    "log",
    [
        "[]",
        '{"a": {}, "a": {}}',
        '{"a": {}, "b": 3}',
        '{"a": {}}, "raw_logging_results": {"a": {}}',
        '{"a": {}, "results": {}}',
        '{"a": {}}}',
        '{"a": {}',
        '{"a": {"x": [1,]}}',
    ],
)
def test_a_log_that_is_cut_out_wrongly_is_not_believed(log, monkeypatch):
    written = json.dumps(trace(raw_logging_results="@")).replace('"@"', log)

    def outcome():
        try:
            loaded = read(written)
        except FileRefused as refused:
            return refused.reason_code, refused.position, refused.detail
        return loaded.all_rows, loaded.quarantined

    expected = outcome()
    monkeypatch.setattr(hal, "_CUT_LOG", hal.raw_json.decoder(dict[str, bool]))
    assert outcome() == expected


# ---- refusals


@pytest.mark.parametrize(
    ("log", "position", "what"),
    [
        ("[" + "{}," * 300_000 + "{}]", "/raw_logging_results", "its entries go on"),
        ("{" + '"t":0,' * 300_000 + '"t":0}', "/raw_logging_results", "go on"),
        (
            f'{{"t":{{"call_metadata":[{"{}," * 300_000}{{}}]}}}}',
            "/raw_logging_",
            "calls",
        ),
        ("[]" + ',"x":1' * 300_000, "", "its entries go on"),
    ],
)
def test_too_many_entries_are_refused_before_they_are_decoded(log, position, what):
    parts = {"config": CONFIG, "results": {"accuracy": 1}, "raw_logging_results": "@"}
    written = json.dumps(parts).replace('"@"', log).encode()
    tracemalloc.start()
    refused = refusal(written)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.reason_code == "too_many_records"
    assert (refused.position or "").startswith(position)
    assert what in refused.detail
    # Decoded they take seventy bytes each.
    assert peak_bytes < 12_000_000


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
def test_a_part_that_no_table_takes_is_not_decoded(name, entry):
    parts = trace(**{name: "@"})
    entries = f"[{entry}{f',{entry}' * 400_000}]"
    written = json.dumps(parts).replace('"@"', entries).encode()
    tracemalloc.start()
    loaded = read(written)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [row["run_id"] for row in loaded.rows("evaluations")] == [CONFIG["run_id"]]
    # Decoded they take seventy bytes each.
    assert peak_bytes < 12_000_000


def test_commas_inside_a_text_are_no_entries():
    loaded = read(json.dumps(trace(raw_eval_results=["," * 7_000_000])).encode())
    assert [row["run_id"] for row in loaded.rows("evaluations")] == [CONFIG["run_id"]]


WRITTEN = json.dumps(trace(raw_logging_results=[call("1")]))


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
        (WRITTEN.replace("[]", "[" * 5000 + "]" * 5000), "too_deep", None),
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


# ---- whatever comes in


# Halves of surrogate pairs among them.
characters = st.characters() | st.sampled_from('\ud83d\ude00"\\ud8')
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(characters, max_size=5)
    | st.sampled_from(["a", "b", 0, 1, -1, 1.5])
)
names = st.text(characters, max_size=3) | st.sampled_from(
    [
        *("prompt_tokens", "input_tokens", "usage", "id", "total_time", "score"),
        *("call_metadata", "output", "summary", "reward"),
    ]
)
values = st.recursive(
    scalars,
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(names, inside, max_size=3)
    ),
    max_leaves=6,
)
lists = st.lists(values, max_size=4)
objects = st.dictionaries(names, values, max_size=4)


@example({}, {"successful_tasks": ["0 "], "failed_tasks": ["1", " 1"]}, "gaia", False)
@settings(max_examples=120)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "raw_logging_results": lists | objects,
            "raw_eval_results": values,
            "total_usage": objects,
            "task_step_counts": objects,
            "wall_clock_times": objects,
        },
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "latencies": objects,
            "successful_tasks": lists,
            "failed_tasks": lists,
            "accuracy": values,
            "x": values,
        },
    ),
    st.sampled_from(["gaia", "usaco", "swebench", "colbench_backend", "corebench"]),
    st.booleans(),
)
def test_every_record_is_loaded_or_quarantined(parts, results, benchmark, ensure_ascii):
    document = trace(config={"benchmark_name": benchmark}, results=results, **parts)
    written = json.dumps(document, ensure_ascii=ensure_ascii)
    if re.search("[\ud800-\udfff]", written):
        written = json.dumps(document)
    try:
        loaded = read(written)
    except FileRefused as refused:
        # Two keys that differ in nothing but halves of pairs, in an object that may
        # not contradict itself.
        if refused.reason_code != "duplicate_key":
            raise
        return
    if "ud8" not in written and "ud9" not in written:
        assert without_notes(read(tolerant(written.encode()))) == without_notes(loaded)
    places = [pointer_of(row) for rows in loaded.all_rows.values() for row in rows]
    places += [entry.position for entry in loaded.quarantined]
    for name, found in parts.items():
        if name == "raw_logging_results" and isinstance(found, dict):
            continue
        if name in ("raw_logging_results", "total_usage"):
            assert count_inside(places, f"/{name}/") == len(found)
    latencies = results.get("latencies", {})
    assert count_inside(places, "/results/latencies/") == len(latencies)
    task_ids = {row["task_id"] for row in loaded.rows("task_results")}
    for name in ("successful_tasks", "failed_tasks"):
        listed = results.get(name, [])
        good = {
            canonical(repaired(str(item))) for item in listed if is_identifier(item)
        }
        assert good <= task_ids
        refused_count = count_inside(
            [entry.position for entry in loaded.quarantined], f"/results/{name}/"
        )
        assert refused_count == len(listed) - len(good)


def without_notes(loaded) -> dict:
    return {name: rows for name, rows in loaded.all_rows.items() if "notes" not in name}


def pointer_of(row: dict) -> str:
    return row["pointer"] if "note_code" not in row else "note"


def count_inside(places: list[str], prefix: str) -> int:
    return sum(place.startswith(prefix) for place in places)


def repaired(text: str) -> str:
    paired = json.loads(json.dumps(text))
    return re.sub("[\ud800-\udfff]", "\ufffd", paired)


def is_identifier(item: object) -> bool:
    if isinstance(item, bool):
        return False
    return isinstance(item, int) or (isinstance(item, str) and is_visible(item))


@settings(max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='{}[]"\\:,0.eE-ntrfuNaI \n\t', max_size=60).map(str.encode),
        st.tuples(st.integers(0, len(WRITTEN)), st.binary(max_size=3)).map(
            lambda cut: WRITTEN.encode()[: cut[0]] + cut[1] + WRITTEN.encode()[cut[0] :]
        ),
    )
)
def test_no_content_crashes_the_reader(content):
    try:
        loaded = read(content)
    except FileRefused:
        return
    assert len(loaded.rows("evaluations")) == 1
    # What it takes for JSON, Python does too.
    json.loads(content)


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


def test_the_real_traces(real_data):
    paths = sorted((real_data / "hal").glob("*_UPLOAD.json"))
    loaded = [read(path.read_bytes()) for path in paths]
    assert len(paths) == 163
    assert not any(each.quarantined for each in loaded)
    counts = {
        name: sum(len(each.rows(name)) for each in loaded)
        for name in ("task_results", "task_latencies", "token_usage", "notes")
    }
    assert counts == {
        "task_results": 9_834,
        "task_latencies": 25_657,
        "token_usage": 87,
        "notes": 0,
    }
    evaluations = [each.evaluation for each in loaded]
    assert len({row["benchmark_name"] for row in evaluations}) == 11
    assert all(row["model_name"] for row in evaluations)
    assert sum(row["reasoning_effort"] is not None for row in evaluations) == 52
    assert sum(row["has_successful_list"] for row in evaluations) == 95
    assert sum(row["total_cost"] == 0 for row in evaluations) == 1


def test_msgspec_is_as_strict_as_it_was():
    # What is repaired is what it refuses; if it stops refusing, NaN would slip through.
    for written in (b"[NaN]", b"[Infinity]", b'["\\ud800"]', b'["\\ude00"]'):
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(written)
