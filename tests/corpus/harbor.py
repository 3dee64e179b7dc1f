"""Hostile files of Harbor's jobs."""

import json
from collections.abc import Iterator
from typing import Any

from .case import Case, loaded, partly, refused

FORMAT, SUFFIX = "harbor", ".json"


def trial(**changes: Any) -> dict:
    return {
        "id": "t",
        "task_name": "maze",
        "trial_name": "maze__t",
        "config": {"job_id": "j"},
        "agent_info": {"name": "walker", "version": "1", "model_info": None},
        "verifier_result": {"rewards": {"reward": 1.0}},
    } | changes


def text(document: Any) -> bytes:
    return json.dumps(document).encode()


GOOD = text(trial())
_STEPS = [{"source": "agent"}, {"source": "user"}]


def cases() -> Iterator[Case]:
    for make in (_files, _trials, _others):
        yield from make()


def _refused(name: str, content: bytes, reason: str, at="file", **more) -> Case:
    return refused(f"harbor_{name}", FORMAT, SUFFIX, content, reason, at, **more)


def _loaded(name: str, content: bytes, count: int = 1, **more) -> Case:
    return loaded(f"harbor_{name}", FORMAT, SUFFIX, content, count, **more)


def _files() -> Iterator[Case]:
    yield _loaded("trial", GOOD)
    yield _loaded("with_a_mark", b"\xef\xbb\xbf" + GOOD)
    yield _refused("cut", GOOD[:-9], "truncated", f"byte {len(GOOD) - 9}")
    at = f"byte {len(GOOD) + 1}"
    yield _refused("with_more_behind", GOOD + b"{}", "not_json", at)
    twice = GOOD.replace(b'"task_name"', b'"id": "u", "task_name"')
    yield _refused("id_twice", twice, "duplicate_key", "/id")
    deep = text(trial(odd=0)).replace(b'"odd": 0', b'"odd": ' + b"[" * 200 + b"]" * 200)
    yield _refused("too_deep", deep, "no_record_loaded")


def _trials() -> Iterator[Case]:
    for name, changes in (
        ("reward_of_two", {"verifier_result": {"rewards": {"reward": 2}}}),
        ("reward_negative", {"verifier_result": {"rewards": {"reward": -1}}}),
        ("reward_as_text", {"verifier_result": {"rewards": {"reward": "1"}}}),
        ("reward_as_truth", {"verifier_result": {"rewards": {"reward": True}}}),
        ("rewards_as_number", {"verifier_result": {"rewards": 1}}),
        ("validity_as_text", {"reward_valid": "no"}),
        ("without_task", {"task_name": None}),
        ("without_agent", {"agent_info": {"name": None}, "config": {}}),
    ):
        yield _refused(name, text(trial(**changes)), "no_record_loaded")
    for name, changes, reason, at in (
        ("tokens_absurd", {"agent_result": {"n_input_tokens": 1e308}},
         "value_too_large", "/agent_result/n_input_tokens"),
        ("tokens_negative", {"agent_result": {"n_cache_tokens": -1}},
         "count_negative", "/agent_result/n_cache_tokens"),
        ("tokens_fraction", {"agent_result": {"n_output_tokens": 0.5}},
         "count_fractional", "/agent_result/n_output_tokens"),
        ("cost_negative", {"agent_result": {"cost_usd": -0.01}},
         "cost_negative", "/agent_result/cost_usd"),
        ("cost_absurd", {"agent_result": {"cost_usd": 1e300}},
         "value_too_large", "/agent_result/cost_usd"),
        ("step_absurd", {"step_results": [{"agent_result": {"cost_usd": 1e300}}]},
         "value_too_large", "/step_results/0/agent_result/cost_usd"),
        ("time_in_words", {"started_at": "noon"}, "not_a_time", "/started_at"),
        ("time_as_number", {"agent_execution": {"finished_at": 17}},
         "wrong_type", "/agent_execution/finished_at"),
    ):  # fmt: skip
        yield partly(
            f"harbor_{name}",
            FORMAT,
            SUFFIX,
            text(trial(**changes)),
            (1, 1),
            {reason: at},
        )
    for name, changes in (
        ("no_verdict", {"verifier_result": None}),
        ("several_rewards", {"verifier_result": {"rewards": {"a": 1, "b": 7}}}),
        ("odd_sections", {"agent_result": [], "exception_info": "x", "config": 7}),
        ("odd_steps", {"step_results": ["a", {"agent_result": None}]}),
        ("odd_effort", {"config": {"agent": {"kwargs": {"reasoning_effort": [3]}}}}),
        ("no_id", {"id": None}),
        ("clock_that_went_back", {"agent_execution": {
            "started_at": "2026-03-02T09:00:10Z", "finished_at": "2026-03-02T09:00:00",
        }}),
    ):  # fmt: skip
        yield _loaded(name, text(trial(**changes)))
    infinite = text(trial(verifier_result={"rewards": {"reward": 0}})).replace(
        b'"reward": 0', b'"reward": NaN'
    )
    reasons = {"not_finite": "/verifier_result/rewards/reward"}
    yield partly(
        "harbor_reward_not_a_number", FORMAT, SUFFIX, infinite, (1, 1), reasons
    )
    several = text(trial(agent_result={"a/b": [{}, {"c": 0}, 0]})).replace(
        b'"c": 0}, 0', b'"c": -Infinity}, NaN'
    )
    reasons = {"not_finite": "/agent_result/a~1b/1/c"}
    yield partly(
        "harbor_numbers_that_are_none", FORMAT, SUFFIX, several, (1, 1), reasons
    )


def _others() -> Iterator[Case]:
    evals = {"a__m__d": {"metrics": "none", "pass_at_k": [1]}, "b": 3}
    job = {"id": "j", "n_total_trials": 2, "stats": {"evals": evals}}
    yield _loaded("job", text(job))
    yield _loaded("job_that_runs", text(job | {"stats": None}))
    huge = {"a": {"pass_at_k": {"9" * 5_000: 1, "2": 1, "02": 0}}}
    yield _loaded("job_with_huge_k", text(job | {"stats": {"evals": huge}}))
    long = {"e" * 1_100 + end: {"pass_at_k": {"2": 0.5}} for end in "ab"}
    yield partly(
        "harbor_job_with_long_names",
        FORMAT,
        SUFFIX,
        text(job | {"stats": {"evals": long}}),
        (1, 1),
        {"duplicate_record": "/stats/evals/" + "e" * 984 + "…"},
    )
    yield _refused("job_without_id", text(job | {"id": ""}), "no_record_loaded")
    negative = text(job | {"n_total_trials": -2})
    yield _refused("job_of_negative_trials", negative, "no_record_loaded")
    config = {"job_name": "j", "jobs_dir": "jobs", "n_attempts": 4}
    yield _loaded("config", text(config))
    absurd = text(config | {"n_attempts": 1e300})
    yield _refused("config_of_absurd_attempts", absurd, "no_record_loaded")
    steps = {"schema_version": "ATIF-v1.8", "steps": _STEPS}
    yield _loaded("trajectory", text(steps))
    yield _loaded("trajectory_of_no_steps", text(steps | {"steps": []}))
    for name, wrong in (("text", "many"), ("numbers", [1])):
        content = text(steps | {"steps": wrong})
        yield _refused(f"trajectory_of_{name}", content, "not_a_trajectory")
    twice = text(steps).replace(
        b'"source": "user"', b'"source": "agent", "source": "user"'
    )
    yield _refused("trajectory_source_twice", twice, "duplicate_field", "/steps/1")
    cut = text(steps)[:-3]
    yield _refused("trajectory_cut", cut, "truncated", f"byte {len(cut)}")
