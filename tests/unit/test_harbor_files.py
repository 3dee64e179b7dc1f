"""Files of Harbor's jobs: which object becomes which row or quarantine entry."""

import json
from typing import Any

import duckdb
import pytest

from loaders.formats import recognise

JOB = {
    "schema_version": 1,
    "id": "j-1",
    "started_at": "2026-03-02T09:00:00Z",
    "updated_at": "2026-03-02T10:00:00Z",
    "finished_at": None,
    "n_total_trials": 3,
    "stats": {
        "n_completed_trials": 3,
        "evals": {
            "walker__m__maze": {
                "n_trials": 3,
                "n_errors": 1,
                "metrics": [{"mean": 0.5}, {"max": "high", "mean": 0.25}],
                "pass_at_k": {"2": 0.75, "few": 1.0},
                "reward_stats": {"reward": {"1.0": ["a", "b"]}},
            }
        },
    },
}
TRIAL_CONFIG = {
    "trial_name": "maze__a",
    "trials_dir": "jobs",
    "task": {"path": "tasks/maze"},
    "agent": {"name": "walker", "model_name": "p/m", "kwargs": {}},
    "job_id": "j-1",
}
JOB_CONFIG = {"job_name": "monday", "jobs_dir": "jobs", "n_attempts": 4}
TRAJECTORY = {
    "schema_version": "ATIF-v1.7",
    "session_id": "s",
    "agent": {"name": "walker", "version": "1"},
    "steps": [
        {"step_id": 1, "source": "user", "message": "go"},
        {"step_id": 2, "source": "agent", "message": "", "is_copied_context": True},
        {"step_id": 3, "source": "agent", "message": [{"type": "text"}]},
        {"step_id": 4, "source": "system", "message": "ok"},
        {"step_id": 5, "source": "agent", "message": "\ud83d"},
    ],
    "subagent_trajectories": [
        {"schema_version": "ATIF-v1.7", "steps": [{"source": "agent"}] * 9}
    ],
}


def trial(**changes: Any) -> dict[str, Any]:
    fields = {
        "id": "t-1",
        "task_name": "maze",
        "trial_name": "maze__a",
        "source": "mazes",
        "task_checksum": "abc",
        "config": {"agent": {"kwargs": {"reasoning_effort": "high"}}, "job_id": "j-1"},
        "agent_info": {
            "name": "walker",
            "version": "1.2",
            "model_info": {"name": "m", "provider": "p"},
        },
        "agent_result": {
            "n_input_tokens": 100,
            "n_cache_tokens": 60,
            "n_output_tokens": 7,
            "cost_usd": 0.5,
            "metadata": {"n_episodes": 4},
        },
        "verifier_result": {"rewards": {"reward": 1.0}},
        "exception_info": None,
        "started_at": "2026-03-02T09:40:00Z",
        "agent_execution": {
            "started_at": "2026-03-02T09:40:20Z",
            "finished_at": "2026-03-02T11:40:59.5+02:00",
        },
        "step_results": None,
        "reward_valid": True,
    }
    return fields | changes


def step(tokens: int | None, seconds: int, **more: Any) -> dict[str, Any]:
    return {
        "agent_result": {"n_input_tokens": tokens, "cost_usd": 0.1},
        "agent_execution": {
            "started_at": "2026-03-02T09:00:00Z",
            "finished_at": f"2026-03-02T09:00:{seconds:02}Z",
        },
    } | more


def column(found: duckdb.DuckDBPyConnection, name: str) -> Any:
    """Return a column of the only trial."""
    ((value,),) = found.sql(f"select {name} from raw.harbor_trials").fetchall()
    return value


@pytest.mark.parametrize(
    "content", [JOB, TRIAL_CONFIG, JOB_CONFIG, TRAJECTORY, trial()]
)
@pytest.mark.parametrize("indent", [None, 2])
def test_each_file_of_a_job_is_recognised(content, indent):
    assert recognise(json.dumps(content, indent=indent).encode()).name == "harbor"


def test_a_job_with_what_it_reports(load_contents):
    found = load_contents(result=JOB)
    assert found.sql(
        "select job_id, trial_count, finished_at, extra from raw.harbor_jobs"
    ).fetchall() == [("j-1", 3, None, None)]
    assert found.sql(
        "select metric, k, value from raw.harbor_metrics order by all"
    ).fetchall() == [("max", None, None), ("mean", None, 0.5), ("pass_at_k", 2, 0.75)]


def test_configs_of_trials_and_jobs(load_contents):
    found = load_contents(trial=TRIAL_CONFIG, job=JOB_CONFIG)
    assert found.sql(
        "select kind, name, job_id, agent_name, model_name, attempts_per_task "
        "from raw.harbor_configs order by all"
    ).fetchall() == [
        ("job", "monday", None, None, None, 4),
        ("trial", "maze__a", "j-1", "walker", "p/m", None),
    ]


def test_a_trial(load_contents):
    found = load_contents(result=trial(odd=1))
    assert column(
        found, "(trial_id, task_name, dataset, job_id, agent_name, agent_version)"
    ) == ("t-1", "maze", "mazes", "j-1", "walker", "1.2")
    assert column(
        found, "(model_name, model_provider, reasoning_effort, agent_seconds, extra)"
    ) == ("m", "p", "high", 39.5, '{"odd": 1}')
    assert column(
        found, "(reward, reward_count, is_reward_valid, exception_type, step_count)"
    ) == (1.0, 1, True, None, 0)
    assert column(
        found, "(input_tokens, cached_tokens, output_tokens, cost_usd, episode_count)"
    ) == (100, 60, 7, 0.5, 4)


def test_a_trial_says_which_it_judges_again(load_contents):
    source = {"action": "regrade", "type": "local", "trial_id": "t-0"}
    found = load_contents(result=trial(config={"source_trial": source}))
    assert column(found, "source_trial_id") == "t-0"


def test_a_trial_of_an_oracle_has_no_model(load_contents):
    info = {"name": "oracle", "version": "1.0.0", "model_info": None}
    assert column(load_contents(result=trial(agent_info=info)), "model_name") is None


@pytest.mark.parametrize(
    ("rewards", "reward", "count"),
    [
        ({"reward": 0.25}, 0.25, 1),
        ({"tests": 1}, 1.0, 1),
        ({"tests": 1, "reward": 0.5, "style": 0}, 0.5, 3),
        ({"tests": 1, "style": 0}, None, 2),
        ({"reward": None}, None, 1),
        ({}, None, 0),
        (None, None, 0),
    ],
)
def test_the_score_is_the_only_reward_or_the_one_of_that_name(
    load_contents, rewards, reward, count
):
    found = load_contents(result=trial(verifier_result={"rewards": rewards}))
    assert column(found, "(reward, reward_count)") == (reward, count)


def test_the_policy_with_an_exception_says_whether_its_reward_counts(load_contents):
    info = {"exception_type": "OddError", "policy": {"has_valid_reward": False}}
    found = load_contents(result=trial(exception_info=info, reward_valid=None))
    assert column(found, "(exception_type, is_reward_valid)") == ("OddError", False)


def test_a_trial_of_several_steps_is_their_sum(load_contents):
    steps = [
        step(10, 5),
        step(None, 7, exception_info={"exception_type": "AgentTimeoutError"}),
        step(32, 11, exception_info={"exception_type": "OddError"}),
    ]
    found = load_contents(
        result=trial(step_results=steps, agent_result=None, agent_execution=None)
    )
    assert column(
        found,
        "(step_count, input_tokens, output_tokens, cost_usd, agent_seconds, "
        "exception_type)",
    ) == (3, 42, None, 0.30000000000000004, 23.0, "AgentTimeoutError")


def test_a_sum_that_no_trial_comes_near_is_unknown(load_contents):
    # Each step is within the limits of 1e12 tokens and 1e9 dollars.
    used = {"n_input_tokens": 10**12, "n_output_tokens": 5 * 10**11, "cost_usd": 1e9}
    steps = [step(0, 5) | {"agent_result": used}] * 2
    found = load_contents(1, result=trial(step_results=steps))
    row = "(input_tokens, output_tokens, cost_usd)"
    assert column(found, row) == (None, 10**12, None)
    assert found.sql(
        "select position, reason_code from raw.quarantine order by position"
    ).fetchall() == [
        ("/step_results", "value_too_large"),
        ("/step_results:2", "value_too_large"),
    ]


def test_steps_count_even_if_the_total_is_reported_too(load_contents):
    found = load_contents(result=trial(step_results=[step(10, 5), step(20, 5)]))
    # The agent's time is that of the trial, where it is told.
    assert column(found, "(input_tokens, agent_seconds)") == (30, 39.5)


def test_steps_without_a_result_leave_the_trial_its_own(load_contents):
    steps = [step(10, 5), step(20, 5)]
    for each in steps:
        each["agent_result"] = None
    found = load_contents(result=trial(step_results=steps))
    assert column(found, "(input_tokens, cost_usd)") == (100, 0.5)


def test_steps_that_tell_nothing_leave_the_trial_its_own(load_contents):
    steps = [step(None, 5), step(None, 5)]
    for each in steps:
        each["agent_result"] = {"n_input_tokens": None, "metadata": None}
    found = load_contents(result=trial(step_results=steps))
    assert column(found, "(input_tokens, cost_usd)") == (100, 0.5)


def test_a_step_with_tokens_and_no_count_of_another_leaves_that_unknown(load_contents):
    steps = [step(10, 5), step(20, 5), step(None, 5)]
    steps[0]["agent_result"] |= {"metadata": {"n_episodes": 4}, "n_output_tokens": 3}
    steps[1]["agent_result"] |= {"n_output_tokens": 2}
    found = load_contents(result=trial(step_results=steps, agent_result=None))
    # The third step used no tokens that it tells.
    names = "(input_tokens, output_tokens, episode_count)"
    assert column(found, names) == (30, 5, None)


@pytest.mark.parametrize(("cost", "total"), [(None, None), (0, None), (0.25, 0.35)])
def test_a_step_with_tokens_and_no_cost_leaves_the_cost_unknown(
    load_contents, cost, total
):
    steps = [step(10, 5), step(20, 5)]
    steps[1]["agent_result"]["cost_usd"] = cost
    found = load_contents(result=trial(step_results=steps, agent_result=None))
    assert column(found, "(input_tokens, cost_usd)") == (30, total)


@pytest.mark.parametrize(
    ("has_run", "sums"), [(True, (None, None)), (False, (30, 0.2))]
)
def test_a_step_that_ran_but_reports_nothing_leaves_the_sums_unknown(
    load_contents, has_run, sums
):
    steps = [step(10, 5), step(20, 5), step(None, 5)]
    steps[2]["agent_result"] = None
    if not has_run:
        del steps[2]["agent_execution"]
    found = load_contents(result=trial(step_results=steps, agent_result=None))
    assert column(found, "(input_tokens, cost_usd)") == sums


@pytest.mark.parametrize(
    ("info", "type_"),
    [({"exception_message": "x"}, "unknown"), ("boom", "unknown"), ({}, None)],
)
def test_an_exception_without_a_type_is_one(load_contents, info, type_):
    found = load_contents(result=trial(exception_info=info))
    assert column(found, "exception_type") == type_


@pytest.mark.parametrize(
    ("written", "provider", "name"),
    [("p/m", "p", "m"), ("m", None, "m"), ("p/q/m", "p", "q/m"), (None, None, None)],
)
def test_without_agent_info_the_config_says_who_ran(
    load_contents, written, provider, name
):
    config = {"agent": {"name": "walker", "model_name": written}, "job_id": "j-1"}
    found = load_contents(result=trial(agent_info=None, config=config))
    assert column(found, "(agent_name, model_provider, model_name)") == (
        "walker", provider, name
    )  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "own", "count"),
    [
        ([], None, None),
        ([], {}, None),
        ([], {"p/m": {"n_input_tokens": 9}}, 1),
        ([], {"p/m": {"n_input_tokens": 9}, "p/n": {"n_input_tokens": 1}}, 2),
        ([{"p/m": {"n_input_tokens": 9}}, {"p/n": {}}, None], None, 2),
        ([], ["p/m"], None),
    ],
)
def test_models_are_counted_over_all_steps(load_contents, steps, own, count):
    results = [{"agent_result": {"n_input_tokens": 9, "model_usage": m}} for m in steps]
    result = {"n_input_tokens": 10, "model_usage": own}
    found = load_contents(result=trial(step_results=results, agent_result=result))
    assert column(found, "model_count") == count


def test_a_clock_that_went_back_in_one_step_is_seen(load_contents):
    back = step(1, 5)
    back["agent_execution"]["started_at"] = "2026-03-02T09:00:09Z"
    steps = [step(10, 30), back]
    found = load_contents(result=trial(step_results=steps, agent_execution=None))
    assert column(found, "agent_seconds") == -4.0


def test_a_trajectory_counts_the_steps_of_its_own_agent(load_contents):
    found = load_contents(trajectory=TRAJECTORY)
    assert found.sql(
        "select atif_version, session_id, agent_step_count, step_count "
        "from raw.harbor_trajectories"
    ).fetchall() == [("1.7", "s", 2, 5)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"verifier_result": {"rewards": {"reward": 1.5}}}, "score_out_of_range"),
        ({"verifier_result": {"rewards": {"reward": "1"}}}, "wrong_type"),
        ({"verifier_result": {"rewards": [1]}}, "wrong_type"),
        ({"step_results": 5}, "wrong_type"),
        ({"step_results": {"one": {}}}, "wrong_type"),
        ({"task_name": " "}, "empty_text"),
        ({"agent_info": None, "config": None}, "missing_field"),
        ({"reward_valid": "yes"}, "wrong_type"),
    ],
)
def test_a_broken_trial_is_kept_back(load_contents, changes, reason):
    found = load_contents(1, result=trial(**changes), trial=TRIAL_CONFIG)
    assert found.sql("select count(*) from raw.harbor_trials").fetchall() == [(0,)]
    assert (
        found.sql("select detail from raw.quarantine")
        .fetchall()[0][0]
        .startswith(f"all its records (1) are refused, the first one: {reason}: ")
    )


@pytest.mark.parametrize(
    ("changes", "column_name", "reason", "at"),
    [
        ({"agent_result": {"n_input_tokens": 1e308, "n_output_tokens": 7}},
         "input_tokens", "value_too_large", "/agent_result/n_input_tokens"),
        ({"agent_result": {"n_output_tokens": -1}},
         "output_tokens", "count_negative", "/agent_result/n_output_tokens"),
        ({"agent_result": {"n_cache_tokens": "many"}},
         "cached_tokens", "wrong_type", "/agent_result/n_cache_tokens"),
        ({"agent_result": {"cost_usd": -0.5}},
         "cost_usd", "cost_negative", "/agent_result/cost_usd"),
        ({"agent_result": {"metadata": {"n_episodes": 1.5}}},
         "episode_count", "count_fractional", "/agent_result/metadata/n_episodes"),
        ({"started_at": "yesterday"}, "started_at", "not_a_time", "/started_at"),
        ({"agent_execution": {"started_at": "noon", "finished_at": None}},
         "agent_seconds", "not_a_time", "/agent_execution/started_at"),
    ],
)  # fmt: skip
def test_a_count_or_time_that_cannot_be_read_is_unknown(
    load_contents, changes, column_name, reason, at
):
    found = load_contents(1, result=trial(**changes), trial=TRIAL_CONFIG)
    assert found.sql(
        f"select trial_id, reward, {column_name} from raw.harbor_trials"
    ).fetchall() == [("t-1", 1.0, None)]
    assert found.sql("select position, reason_code from raw.quarantine").fetchall() == [
        (at, reason)
    ]


def test_of_steps_a_count_that_cannot_be_read_makes_the_sum_unknown(load_contents):
    """Who knows what the first step read; what both cost is known."""
    steps = [step(-1, 1), step(2, 3)]
    found = load_contents(1, result=trial(step_results=steps))
    assert column(found, "(input_tokens, cost_usd, reward)") == (None, 0.2, 1.0)
    assert found.sql("select position from raw.quarantine").fetchall() == [
        ("/step_results/0/agent_result/n_input_tokens",)
    ]


def test_a_trial_that_is_cut_is_refused(load_contents):
    found = load_contents(1, result=json.dumps(trial())[:-20])
    assert found.sql("select reason_code from raw.quarantine").fetchall() == [
        ("truncated",)
    ]


def test_a_trial_of_nothing_but_steps_is_kept_back(load_contents):
    found = load_contents(1, result=trial(step_results=[{}] * 200_001))
    (detail,) = found.sql("select detail from raw.quarantine").fetchall()[0]
    assert "too_many_values: step_results holds too many" in detail


def test_a_trial_of_nothing_but_numbers_is_kept_back(load_contents):
    numbers = ",".join("1" * 2_000_002)
    written = json.dumps(trial(notes="@")).replace('"@"', f"[{numbers}]")
    found = load_contents(1, result=written)
    (detail,) = found.sql("select detail from raw.quarantine").fetchall()[0]
    assert "too_many_values: notes holds too many" in detail


def test_commas_in_a_text_of_a_trial_are_no_values(load_contents):
    found = load_contents(0, result=trial(notes="," * 2_000_002), trial=TRIAL_CONFIG)
    assert found.sql("select count(*) from raw.harbor_trials").fetchall() == [(1,)]


def test_a_trajectory_of_nothing_but_steps_is_refused(load_contents):
    found = load_contents(1, result=TRAJECTORY | {"steps": [{}] * 300_002})
    assert found.sql("select reason_code from raw.quarantine").fetchall() == [
        ("too_many_records",)
    ]


def test_a_file_of_nothing_but_fields_is_refused(load_contents):
    fields = {f"f{number}": 1 for number in range(10_001)}
    found = load_contents(1, result=trial(**fields))
    (refused,) = found.sql("select reason_code, detail from raw.quarantine").fetchall()
    assert refused[0] == "too_many_records"
    # Before they are decoded.
    assert "its fields go on" in refused[1]
