"""The leaderboard's views against a second computation on made-up evaluations.

The evaluations tie, repeat, lack costs and leave benchmarks out on purpose.
"""

import random
import shutil
from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import DBT, run_in_repository

MODELS = [f"model {letter}" for letter in "abcdefgh"]
BENCHMARKS = [f"benchmark {number}" for number in range(6)]
CELL = ["basis", "source", "benchmark", "scaffold", "model"]


def made_up_evaluations(seed: int) -> pd.DataFrame:
    """Evaluations on coarse grids, so that accuracies, costs and times tie."""
    draw = random.Random(seed)
    rows = [
        {
            "evaluation_id": f"hal:{model}/{benchmark}/{scaffold}/{repeat}",
            "source": "hal",
            "benchmark": benchmark,
            "scaffold": scaffold,
            "is_generalist": {"general": True, "new": None}.get(scaffold, False),
            "model": model,
            "accuracy": draw.choice([None, *(step / 8 for step in range(9))]),
            "total_cost_usd": draw.choice([None, 1.0, 2.5, 4.0, 7.0, 11.0]),
            "mean_latency_seconds": draw.choice([None, 10.0, 20.0, 45.0]),
            "task_share": draw.choice([None, 1.0, 0.95, 0.94, 0.5]),
            "is_excluded": draw.random() < 0.1,
        }
        for benchmark in BENCHMARKS
        for model in MODELS
        for scaffold in ("general", "special", "other", "new")
        for repeat in range(draw.choice([0, 1, 1, 2]))
    ]
    numbers = ("accuracy", "total_cost_usd", "task_share")
    return pd.DataFrame(rows).astype(dict.fromkeys(numbers, float))


@pytest.fixture(scope="module", params=[1, 2])
def seed(request) -> int:
    return request.param


@pytest.fixture(scope="module")
def evaluations(seed) -> pd.DataFrame:
    frame = made_up_evaluations(seed)
    return frame[~frame.is_excluded & frame.accuracy.notna()]


@pytest.fixture(scope="module")
def views(
    seed, sample_warehouse, tmp_path_factory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample's warehouse with made-up evaluations in place of its own."""
    path = tmp_path_factory.mktemp("leaderboard") / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, path)
    made_up = made_up_evaluations(seed)
    with duckdb.connect(path) as connection:
        columns = connection.execute("describe evaluations").fetchall()
        connection.register("frame", made_up)
        connection.execute("create table made_up as from frame")
        selected = ", ".join(
            f"cast({name if name in made_up else 'null'} as {type_}) as {name}"
            for name, type_, *_ in columns
        )
        connection.execute(
            f"create or replace table evaluations as select {selected} from made_up"
        )
        connection.execute("comment on table evaluations is 'in place of dbt''s own'")
    # Some views are tables: what they hold is of the sample until they are made again.
    command = [DBT, "--quiet", "run", "--select", "models/marts/leaderboard"]
    run = run_in_repository(command, path, path.parent)
    assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(path, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module", params=["best", "mean"])
def repeats(request) -> str:
    return request.param


MEASURES = ["accuracy", "total_cost_usd", "mean_latency_seconds"]
SCAFFOLD_CELL = ["benchmark", "scaffold", "model"]


@pytest.fixture(scope="module")
def ranked(evaluations, repeats) -> pd.DataFrame:
    """Evaluations, or the means of those of a model and scaffold, the best first."""
    frame = evaluations.assign(is_partial=evaluations.task_share < 0.95)
    if repeats == "mean":
        least = frame.groupby(SCAFFOLD_CELL).is_partial.transform("min")
        cells = frame[frame.is_partial == least].groupby(SCAFFOLD_CELL)
        means = cells[MEASURES].mean()
        # A mean that lacks a part is unknown.
        means = means.where(cells[MEASURES].count().eq(cells.size(), axis=0))
        ids = cells.evaluation_id.min().where(cells.size() == 1)
        means = means.assign(is_partial=cells.is_partial.min(), evaluation_id=ids)
        frame = means.reset_index()
    return frame.sort_values(
        ["is_partial", *MEASURES, "evaluation_id", "scaffold"],
        ascending=[True, False, True, True, True, True],
        na_position="last",
    )


@pytest.fixture(scope="module")
def best(ranked) -> pd.DataFrame:
    return ranked.drop_duplicates(["benchmark", "model"])


def judged(points: pd.DataFrame) -> pd.DataFrame:
    """Flags and distances of points (x, y) by trying every pair and segment."""
    xs, ys = points.x.to_numpy(), points.y.to_numpy()
    dominated = [
        bool(((xs <= x) & (ys >= y) & ((xs < x) | (ys > y))).any())
        for x, y in zip(xs, ys, strict=True)
    ]
    efficient = sorted(
        {(x, y) for x, y, d in zip(xs, ys, dominated, strict=True) if not d}
    )
    # A vertex lies above every line between a point left and a point right of it.
    hull = [
        (x, y)
        for x, y in efficient
        if all(
            (y - y0) * (x1 - x0) > (y1 - y0) * (x - x0)
            for x0, y0 in efficient
            for x1, y1 in efficient
            if x0 < x < x1
        )
    ]
    scale_x = (xs.max() - xs.min()) or np.nan
    scale_y = (ys.max() - ys.min()) or np.nan

    def scaled(x, y):
        return np.nan_to_num(
            np.array([(x - xs.min()) / scale_x, (y - ys.min()) / scale_y])
        )

    def distance(x, y):
        if (x, y) in hull:
            return 0.0
        point, corners = scaled(x, y), [scaled(*corner) for corner in hull]
        ends = corners[1:] or corners
        return min(to_segment(point, a, b) for a, b in zip(corners, ends, strict=False))

    return points.assign(
        is_pareto_efficient=[not d for d in dominated],
        is_on_hull=[(x, y) in hull for x, y in zip(xs, ys, strict=True)],
        frontier_distance=[distance(x, y) for x, y in zip(xs, ys, strict=True)],
        accuracy_gap=[ys[xs <= x].max() - y for x, y in zip(xs, ys, strict=True)],
        cost_ratio=[x / xs[ys >= y].min() for x, y in zip(xs, ys, strict=True)],
    )


def to_segment(point: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    along = end - start
    length = along @ along
    share = np.clip((point - start) @ along / length, 0, 1) if length else 0.0
    return float(np.linalg.norm(point - start - share * along))


@pytest.fixture(scope="module")
def frontiers(best) -> pd.DataFrame:
    metrics = {"cost": "total_cost_usd", "latency": "mean_latency_seconds"}
    return pd.concat(
        judged(group.rename(columns={column: "x", "accuracy": "y"})).assign(
            x_metric=metric
        )
        for metric, column in metrics.items()
        for _, group in best[best[column].notna()].groupby("benchmark")
    )


@pytest.fixture(scope="module")
def cells(ranked, best, frontiers) -> pd.DataFrame:
    """What each model is compared by; greater is better."""
    by_scaffold = ranked.drop_duplicates(["benchmark", "scaffold", "model"])
    by_cost = frontiers[frontiers.x_metric == "cost"]
    return pd.concat(
        [
            best.assign(basis="max_accuracy", scaffold="*", value=best.accuracy),
            by_scaffold.assign(basis="scaffold", value=by_scaffold.accuracy),
            by_cost.assign(
                basis="frontier_distance",
                scaffold="*",
                # Rounded, so that equal distances tie.
                value=-by_cost.frontier_distance.round(12),
            ),
        ]
    ).assign(source="hal")[[*CELL, "value"]]


@pytest.fixture(scope="module")
def win_rates(cells) -> pd.DataFrame:
    rows = []
    for row in cells.itertuples():
        others = cells[
            (cells.basis == row.basis)
            & (cells.benchmark == row.benchmark)
            & (cells.scaffold == row.scaffold)
            & (cells.model != row.model)
        ].value
        wins, ties = (row.value > others).sum(), (row.value == others).sum()
        count = len(others)
        rows.append(
            {
                **{name: getattr(row, name) for name in CELL},
                "wins": wins,
                "ties": ties,
                "losses": count - wins - ties,
                "comparisons": count,
                "win_rate": wins / count if count else np.nan,
                "win_rate_half_ties": (wins + ties / 2) / count if count else np.nan,
            }
        )
    return pd.DataFrame(rows)


def assert_same(actual: pd.DataFrame, expected: pd.DataFrame, key: list[str]) -> None:
    columns = [*key, *(name for name in expected if name not in key)]
    pd.testing.assert_frame_equal(
        actual[columns].sort_values(key, ignore_index=True),
        expected[columns].sort_values(key, ignore_index=True),
        check_dtype=False,
        rtol=1e-9,
        atol=1e-12,
    )


def test_best_evaluations(views, best, repeats):
    expected = best[["benchmark", "model", "evaluation_id", "scaffold", *MEASURES]]
    actual = views.execute("from best_evaluations where repeats = ?", [repeats]).df()
    assert_same(actual, expected, ["benchmark", "model"])


def test_pareto_frontier(views, frontiers, repeats):
    query = "from pareto_frontier where is_comparable and repeats = ?"
    actual = views.execute(query, [repeats]).df()
    names = ["is_pareto_efficient", "is_on_hull", "frontier_distance"]
    names += ["accuracy_gap", "cost_ratio"]
    key = ["x_metric", "benchmark", "model"]
    assert_same(actual, frontiers[[*key, *names]], key)


def test_a_point_without_x_is_not_judged(views, best, repeats):
    query = "from pareto_frontier where not is_comparable and repeats = ?"
    rows = views.execute(query, [repeats]).df()
    assert (
        len(rows) == best[["total_cost_usd", "mean_latency_seconds"]].isna().sum().sum()
    )
    assert rows[["is_on_hull", "frontier_distance", "cost_ratio"]].isna().all(axis=None)


def test_benchmark_win_rates(views, win_rates, repeats):
    query = "from benchmark_win_rates where repeats = ?"
    assert_same(views.execute(query, [repeats]).df(), win_rates, CELL)


@pytest.mark.parametrize("coverage", ["all", "shared"])
def test_model_win_rates(views, win_rates, coverage, repeats):
    frame = win_rates
    if coverage == "shared":
        everybody = frame.groupby("basis").model.transform("nunique")
        present = frame.groupby(["basis", "benchmark"]).model.transform("nunique")
        frame = frame[present == everybody]
    groups = frame.groupby(["basis", "model"])
    expected = groups.agg(
        benchmark_count=("benchmark", "nunique"),
        cell_count=("win_rate", "count"),
        win_rate_mean=("win_rate", "mean"),
        win_rate_std=("win_rate", "std"),
        wins=("wins", "sum"),
        ties=("ties", "sum"),
        comparisons=("comparisons", "sum"),
    ).reset_index()
    expected["overall_win_rate"] = expected.wins / expected.comparisons
    expected["rank"] = expected.groupby("basis").overall_win_rate.rank(
        ascending=False, method="min"
    )
    query = "from model_win_rates where coverage = ? and repeats = ?"
    actual = views.execute(query, [coverage, repeats]).df()
    assert_same(actual, expected, ["basis", "model"])


def test_published_frontier_win_rates(views, frontiers, repeats):
    if repeats == "mean":
        pytest.skip("the study takes the best evaluation")
    by_cost = frontiers[frontiers.x_metric == "cost"].sort_values("benchmark")
    first = by_cost.groupby("model").frontier_distance.first()
    rows = []
    for row in by_cost.itertuples():
        others = by_cost[(by_cost.benchmark == row.benchmark)].model
        others = first[others[others != row.model]]
        rows.append(
            {
                "benchmark": row.benchmark,
                "model": row.model,
                "wins": (first[row.model] < others).sum(),
                "comparisons": len(others),
            }
        )
    actual = views.sql("from published_frontier_win_rates").df()
    assert_same(actual, pd.DataFrame(rows), ["benchmark", "model"])


def test_model_resource_use(views, seed):
    frame = made_up_evaluations(seed)
    by_benchmark = (
        frame[~frame.is_excluded]
        .groupby(["model", "benchmark"])[["total_cost_usd", "mean_latency_seconds"]]
        .mean()
    )
    expected = by_benchmark.groupby("model").mean().reset_index()
    expected.columns = ["model", "mean_cost_usd", "mean_latency_seconds"]
    assert_same(views.sql("from model_resource_use").df(), expected, ["model"])


def test_scaffold_kind_summary(views, seed, win_rates, repeats):
    if repeats == "mean":
        pytest.skip("a kind's wins are those of best evaluations")
    frame = made_up_evaluations(seed)
    names = {True: "generalist", False: "task_specific", None: "unknown"}
    frame = frame[~frame.is_excluded].assign(
        scaffold_kind=lambda frame: frame.is_generalist.map(names, na_action=None)
    )
    frame["scaffold_kind"] = frame.scaffold_kind.fillna("unknown")
    key = ["benchmark", "scaffold_kind", "model"]
    means = frame.groupby(key).agg(
        scaffold_count=("scaffold", "nunique"),
        evaluation_count=("scaffold", "size"),
        scored_count=("accuracy", "count"),
        costed_count=("total_cost_usd", "count"),
        timed_count=("mean_latency_seconds", "count"),
        mean_accuracy=("accuracy", "mean"),
        mean_cost_usd=("total_cost_usd", "mean"),
        mean_latency_seconds=("mean_latency_seconds", "mean"),
    )
    kinds = frame[["scaffold", "scaffold_kind"]].drop_duplicates()
    by_scaffold = win_rates[win_rates.basis == "scaffold"].merge(kinds)
    wins = by_scaffold.groupby(key)[["wins", "comparisons"]].sum()
    expected = means.join(wins).reset_index()
    expected["win_rate"] = expected.wins / expected.comparisons
    actual = views.sql("from scaffold_kind_summary").df()
    actual = actual.astype({"wins": float, "comparisons": float})
    assert len(expected) > 50
    assert_same(actual, expected, key)


def test_frontier_area_is_numpys_integral(views):
    points = views.sql(
        "from pareto_frontier where is_on_hull and repeats = 'best'"
    ).df()
    areas = views.sql("from frontier_area").df()
    for row in areas.dropna(subset="area").itertuples():
        hull = points[
            (points.x_metric == row.x_metric) & (points.benchmark == row.benchmark)
        ].sort_values("x_scaled")
        xs = [*hull.x_scaled, 1.0]
        ys = [*hull.accuracy_scaled, hull.accuracy_scaled.iloc[-1]]
        assert np.trapezoid(ys, xs) == pytest.approx(row.area, rel=1e-9)
