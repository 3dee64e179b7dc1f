"""Whatever the loaders accept, every view can compute."""

import json

import duckdb
import pytest

HUGE_NAME = "x" * 10_000


def extreme_runs() -> str:
    """60 runs of one agent, half of them failures, at the ends of every field."""
    runs = "".join(
        f"    '{number}': {{action_count: {count}, agent: {HUGE_NAME}c4o, "
        f"human_minutes: {minutes}, score: {score}}}\n"
        for number, (count, minutes, score) in enumerate(
            (count, minutes, score)
            for count in (0, 1_000_000_000)
            for minutes in (5e-324, 1e9)
            for score in (0, 5e-324, 0.9999999999999999, 1)
            for _ in range(4)
        )
    )
    return f"fam:\n  huge:\n{runs}"


def extreme_horizon_runs() -> str:
    end = 8_640_000_000_000_000
    return "".join(
        json.dumps(
            {
                "run_id": str(number),
                "task_id": "fam/huge",
                "task_family": "fam",
                "alias": "GPT-4o",
                "model": "4o",
                "score": 1,
                "score_binarized": 1,
                "human_minutes": 1e9,
                "human_score": 1e308,
                "started_at": started_at,
                "completed_at": completed_at,
                "dollar_equivalent": -1e308,
                "total_tokens": 1e308,
            }
        )
        + "\n"
        for number, (started_at, completed_at) in enumerate(
            [(-end, end), (end, -end), (None, None), (0, end)]
        )
    )


@pytest.fixture(scope="module")
def extremes(warehouse_of, tmp_path_factory):
    folder = tmp_path_factory.mktemp("extremes")
    (folder / "runs.yaml").write_text(extreme_runs())
    (folder / "runs.jsonl").write_text(extreme_horizon_runs())
    warehouse = warehouse_of(folder, with_inference=True)
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield connection


def test_they_are_accepted(extremes):
    counts = "select loaded_count, quarantined_count from load_report order by format"
    assert extremes.execute(counts).fetchall() == [(4, 0), (64, 0)]


def test_every_view_can_be_read_whole(extremes):
    views = extremes.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema in ('staging', 'intermediate', 'main')"
    ).fetchall()
    assert len(views) > 30
    for (view,) in views:
        extremes.execute(f"from {view}").fetchall()
