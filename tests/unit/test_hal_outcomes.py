"""HAL traces: which tasks an agent tried, and with which outcome."""

import pytest
from hal_traces import read, trace

from loaders.contract import records


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
        # It is in both, so they decide nothing.
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


def test_a_text_for_a_result_says_how_the_attempt_ended():
    """Whether or not the lists say that it failed; d is listed as a success."""
    raw = {
        "a": "TIMEOUT after 600 seconds",
        "b": "ERROR: Traceback (most recent call last)",
        "c": {"reward": 0.0},
        "d": "ERROR: rate limit",
        "e": "The agent timed out",
    }
    lists = {"successful_tasks": ["d"], "failed_tasks": ["b", "c"]}
    config = {"benchmark_name": "taubench_airline"}
    loaded = read(trace(config=config, results=lists, raw_eval_results=raw))
    assert {
        row["task_id"]: (row["outcome"], row["status"])
        for row in loaded.rows("task_results")
    } == {
        "a": ("failure", "timeout"),
        "b": ("failure", "error"),
        "c": ("failure", None),
        "d": ("success", None),
        "e": ("failure", "timeout"),
    }


@pytest.mark.parametrize("share", [1.5, "2", -0.5])
def test_a_share_of_passed_tests_is_between_0_and_1(share):
    judged = {"a": [{"result": {"fraction_passed": share}}]}
    config = {"benchmark_name": "usaco"}
    loaded = read(trace(config=config, raw_eval_results={"sdict": judged}))
    assert outcomes(loaded) == {}
    assert loaded.reasons == [("/raw_eval_results/sdict/a", "score_out_of_range")]
    if not isinstance(share, str):
        config = {"benchmark_name": "scienceagentbench"}
        results = {"eval_result": {"a": {"success_rate": share}}}
        loaded = read(trace(config=config, raw_eval_results=results))
        at = "/raw_eval_results/eval_result/a"
        assert loaded.reasons == [(at, "score_out_of_range")]


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
