"""The public runs of Terminal-Bench: what the harness counted, from our attempts."""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from math import comb
from pathlib import Path

import duckdb
import pytest

SUBMISSIONS = 5
RUNS, TRIALS = 21, 2_000


@pytest.fixture(scope="module")
def views(
    warehouse_of: Callable[..., Path], tmp_path_factory, real_data: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The runs from two copies of all folders, under other names."""
    folder = tmp_path_factory.mktemp("terminal_bench")
    for copy in ("one", "two"):
        shutil.copytree(real_data / "terminal_bench", folder / copy / "renamed")
    # A trial's own file is its entry in results.json again.
    results = next((folder / "one").rglob("20250906*/results.json"))
    trial = json.loads(results.read_text())["results"][0]
    (results.parent / "trial").mkdir()
    (results.parent / "trial" / "results.json").write_text(json.dumps(trial))
    database = warehouse_of(folder / "one", folder / "two")
    with duckdb.connect(database, read_only=True) as connection:
        yield connection


def pass_at(k: int, outcomes: list[int]) -> float:
    """The probability that one of k drawn attempts succeeds."""
    count = len(outcomes)
    return 1 - comb(count - sum(outcomes), k) / comb(count, k)


def test_every_trial_counts_once(views):
    found = views.sql(
        "select count(*), count(distinct evaluation_id), count(distinct agent) "
        "from attempts"
    ).fetchall()
    assert found == [(TRIALS, RUNS, SUBMISSIONS)]


def test_published_figures_come_out_when_every_trial_counts(views, real_data):
    outcomes = defaultdict(lambda: defaultdict(list))
    rows = views.sql("select evaluation_id, task_id, score from attempts").fetchall()
    for evaluation_id, task_id, score in rows:
        outcomes[evaluation_id][task_id].append(int((score or 0) >= 1))
    compared = 0
    for path in (real_data / "terminal_bench").rglob("run_metadata.json"):
        metadata = json.loads(path.read_text())
        results = json.loads(path.with_name("results.json").read_text())
        tasks = outcomes[f"terminal_bench:{metadata['uuid']}"].values()
        every = [outcome for task in tasks for outcome in task]
        accuracy = sum(every) / len(every)
        assert accuracy == pytest.approx(results["accuracy"], abs=1e-12)
        for k, published in results["pass_at_k"].items():
            ours = sum(pass_at(int(k), task) for task in tasks) / len(tasks)
            assert ours == pytest.approx(published, abs=1e-12)
            compared += 1
        compared += 1
    assert compared == 25


def test_every_reported_number_is_recomputed(views, real_data):
    expected = {}
    for path in (real_data / "terminal_bench").rglob("run_metadata.json"):
        run_id = json.loads(path.read_text())["uuid"]
        results = json.loads(path.with_name("results.json").read_text())
        expected[f"terminal_bench:{run_id}", "mean"] = results["accuracy"]
        for k, value in results["pass_at_k"].items():
            expected[f"terminal_bench:{run_id}", f"pass_at_{k}"] = value
    rows = views.sql(
        "select evaluation_id, reducer, reported, recomputed "
        "from reported_metrics where source = 'terminal_bench'"
    ).fetchall()
    found = {(run, reducer): values for run, reducer, *values in rows}
    assert found.keys() == expected.keys()
    assert len(found) > RUNS
    for key, value in expected.items():
        assert found[key] == pytest.approx([value, value], abs=1e-12)


def test_names_and_gaps_are_findings(views):
    found = views.sql(
        "select finding_code, subject from data_findings "
        "where source = 'terminal_bench' and finding_code <> 'duplicate_attempt_id' "
        "order by all"
    ).fetchall()
    assert found == [
        (
            "errors_move_rate",
            "terminal-bench-core@0.1.1/chaterm/claude-sonnet-4-20250514",
        ),
        # 150 of its 400 attempts have no score, 63 of them in one run.
        (
            "errors_move_rate",
            "terminal-bench-core@0.1.1/mini-swe-agent/claude-sonnet-4-20250514",
        ),
        ("several_model_names", "claude-sonnet-4-20250514"),
        ("unmapped_agent", "Factory Droid"),
        ("unmapped_agent", "LeadArchitectAgent"),
    ]
