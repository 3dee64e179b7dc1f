"""Jobs of Harbor: what Harbor itself counts, from our attempts."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

JOBS, TRIALS, TRAJECTORIES = 3, 144, 44


@pytest.fixture(scope="module")
def views(
    warehouse_of: Callable[..., Path], tmp_path_factory, real_data: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The jobs from two copies of all folders, of which one has other names."""
    folder = tmp_path_factory.mktemp("harbor")
    jobs = real_data / "harbor"
    if not jobs.is_dir():
        pytest.skip("the jobs are not here")
    ignored = shutil.ignore_patterns("*.jsonl")
    shutil.copytree(jobs, folder / "one", ignore=ignored)
    for number, job in enumerate(sorted((folder / "one").iterdir())):
        renamed = folder / "two" / "nested" / f"job {number}"
        for at, trial in enumerate(sorted(job.glob("*/"))):
            shutil.copytree(trial, renamed / f"trial {at}")
        shutil.copy(job / "result.json", renamed)
    # Began, and never ended: its folder has a config.json alone.
    config = min((folder / "one").glob("*/*/config.json"))
    begun = json.loads(config.read_text()) | {"trial_name": "begun__xyz"}
    (config.parents[1] / "begun__xyz").mkdir()
    (config.parents[1] / "begun__xyz" / "config.json").write_text(json.dumps(begun))
    database = warehouse_of(folder / "one", folder / "two")
    with duckdb.connect(database, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def counted(real_data: Path) -> dict[str, dict]:
    """What Harbor counts, by the agent of a job."""
    lines = (real_data / "harbor" / "counted_by_harbor.jsonl").read_text().splitlines()
    return {job["agent"]: job for job in map(json.loads, lines)}


def test_every_trial_counts_once(views):
    assert views.sql(
        "select count(*), count(distinct evaluation_id), count(distinct agent) "
        "from attempts"
    ).fetchall() == [(TRIALS, JOBS, JOBS)]


def test_what_harbor_counts_comes_out(views, counted):
    rows = views.sql(
        "select scaffold, count(*), count(score), "
        "count(*) filter (where status not in ('scored', 'unscored')), "
        "sum(input_tokens)::bigint, sum(output_tokens)::bigint, sum(cost_usd) "
        "from attempts group by scaffold"
    ).fetchall()
    assert len(rows) == JOBS
    for agent, trials, scored, errors, read, written, cost in rows:
        job = counted[agent]
        (evaluation,) = job["evals"].values()
        assert (trials, errors) == (job["n"], job["errored"])
        assert scored == evaluation["n_trials"]
        assert [read, written] == [job["tokens"][0], job["tokens"][2]]
        assert cost == pytest.approx(job["cost"], abs=1e-9)


def test_cached_input_is_counted_separately(views, counted):
    rows = views.sql(
        "select scaffold, input_tokens, cache_read_tokens, output_tokens, "
        "total_cost_usd, accuracy from evaluations"
    ).fetchall()
    assert len(rows) == JOBS
    for agent, uncached, cached, written, cost, accuracy in rows:
        job = counted[agent]
        (evaluation,) = job["evals"].values()
        assert [uncached + cached, cached, written] == job["tokens"]
        assert cost == pytest.approx(job["cost"], abs=1e-9)
        assert accuracy == pytest.approx(evaluation["metrics"][0]["mean"], abs=1e-12)


def test_every_reported_number_is_recomputed(views, counted):
    rows = views.sql(
        "select scaffold, reducer, reported, recomputed "
        "from reported_metrics inner join evaluations using (evaluation_id)"
    ).fetchall()
    found = {(agent, reducer): values for agent, reducer, *values in rows}
    expected = {}
    for agent, job in counted.items():
        (evaluation,) = job["evals"].values()
        expected[agent, "mean"] = evaluation["metrics"][0]["mean"]
        for k, value in evaluation["pass_at_k"].items():
            expected[agent, f"pass_at_{k}"] = value
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert found[key] == pytest.approx([value, value], abs=1e-12)


def test_actions_are_the_steps_of_a_trajectory_else_episodes(views, real_data):
    expected = {}
    for path in (real_data / "harbor").glob("*/*/result.json"):
        trial = json.loads(path.read_text())
        trajectory = path.parent / "agent" / "trajectory.json"
        if trajectory.exists():
            steps = json.loads(trajectory.read_text())["steps"]
            count = sum(step["source"] == "agent" for step in steps)
        else:
            count = trial["agent_result"]["metadata"]["n_episodes"]
        expected[f"harbor:{trial['id']}"] = count
    rows = views.sql("select attempt_id, action_count from attempts").fetchall()
    assert dict(rows) == expected


def test_the_effort_is_a_part_of_the_model(views):
    assert views.sql(
        "select distinct agent, model from attempts order by 1"
    ).fetchall() == [
        ("claude-code@2.1.4/claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929"),
        ("codex@0.98.0/gpt-5.2 high", "gpt-5.2 high"),
        ("terminus-2@2.0.0/claude-opus-4-5-20251101", "claude-opus-4-5-20251101"),
    ]


def test_a_trial_that_never_ended_is_a_finding(views):
    rows = views.sql(
        "select finding_code, detail from data_findings where source = 'harbor'"
    ).fetchall()
    found = dict(rows)
    assert "1 trial(s) of job 6513270e" in found["trials_without_result"]
    assert "begun__xyz/config.json" in found["trials_without_result"]
    # An agent ended 0.4 seconds before it began.
    assert found["impossible_times"].endswith("its latency is unknown")
    assert sorted(found) == [
        *("errors_move_rate", "impossible_times", "trials_without_result"),
    ]
