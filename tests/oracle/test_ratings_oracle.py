"""Bradley-Terry strengths against scipy's maximum of the same likelihood."""

import itertools
import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import DBT, REPOSITORY, run_in_repository
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components

KEY = ["success_rule", "source", "basis"]


def results_of(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return what each model achieved on each task, or on each benchmark."""
    tasks = connection.sql(
        """
        select success_rule, source, benchmark || '/' || task_id as place, model,
            avg(is_success::int) as value
        from attempt_successes
        where population = 'capability' and model <> 'unknown'
        group by all
        """
    ).df()
    benchmarks = connection.sql(
        """
        select '*' as success_rule, source, benchmark as place, model,
            accuracy as value
        from best_evaluations
        """
    ).df()
    return pd.concat(
        [tasks.assign(basis="task_outcome"), benchmarks.assign(basis="max_accuracy")]
    )


def points_between(results: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the points that each model took from each other one."""
    points = {}
    for _, place in results.groupby("place"):
        for a, b in itertools.combinations(place.itertuples(), 2):
            share = 0.5 + 0.5 * np.sign(a.value - b.value)
            points[a.model, b.model] = points.get((a.model, b.model), 0) + share
            points[b.model, a.model] = points.get((b.model, a.model), 0) + 1 - share
    return points


def strengths_of(points: dict[tuple[str, str], float], models: list[str]) -> pd.Series:
    """Return the strengths, mean 0, under which the points are likeliest."""
    index = {model: i for i, model in enumerate(models)}
    played = [
        (index[a], index[b], count)
        for (a, b), count in points.items()
        if a in index and b in index
    ]
    winner, loser, count = map(np.array, zip(*played, strict=True))

    def loss(strengths):
        gap = strengths[loser] - strengths[winner]
        gradient = np.zeros(len(models))
        pull = count / (1 + np.exp(-gap))
        np.add.at(gradient, winner, -pull)
        np.add.at(gradient, loser, pull)
        return np.sum(count * np.log1p(np.exp(gap))), gradient

    found = minimize(
        loss, np.zeros(len(models)), jac=True, method="BFGS", options={"gtol": 1e-9}
    )
    return pd.Series(found.x - found.x.mean(), index=models)


@pytest.fixture
def ratings(sample_views) -> pd.DataFrame:
    return sample_views.sql("from model_ratings").df()


def test_strengths_are_the_likeliest_ones(sample_views, ratings):
    results = results_of(sample_views)
    assert not ratings.empty
    for key, group in ratings.groupby(KEY):
        own = results[(results[KEY] == list(key)).all(axis=1)]
        points = points_between(own)
        for row in group.itertuples():
            taken = [value for (a, _), value in points.items() if a == row.model]
            lost = [value for (_, b), value in points.items() if b == row.model]
            assert row.points == sum(taken)
            assert row.comparison_count == sum(taken) + sum(lost)
        for _, component in group[group.strength.notna()].groupby("component_id"):
            expected = strengths_of(points, sorted(component.model))
            actual = component.set_index("model").strength.sort_index()
            assert actual.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)


def test_intervals_are_those_of_numpy_resampling_tasks(sample_views, ratings):
    results = results_of(sample_views)
    key = ("any_credit", "metr", "task_outcome")
    own = results[(results[KEY] == list(key)).all(axis=1)]
    rated = ratings[(ratings[KEY] == list(key)).all(axis=1) & ratings.ci_low.notna()]
    assert len(rated) > 3
    models = sorted(
        ratings[
            (ratings[KEY] == list(key)).all(axis=1) & ratings.strength.notna()
        ].model
    )
    data = pd.Series(rated.strength.to_numpy(), index=rated.model)
    places = {place: points_between(group) for place, group in own.groupby("place")}
    draw = np.random.default_rng(1)
    replicates = []
    for _ in range(200):
        points = {}
        for place in draw.choice(list(places), len(places)):
            for pair, value in places[place].items():
                points[pair] = points.get(pair, 0) + value
        strengths = strengths_of(points, models)[rated.model]
        replicates.append(strengths - strengths.mean() + data.mean())
    spread = pd.DataFrame(replicates).std()
    for row in rated.itertuples():
        assert row.ci_low < row.strength < row.ci_high
        width = (row.ci_high - row.ci_low) / (2 * 1.96)
        assert width == pytest.approx(spread[row.model], rel=0.35)


# --------------------------------------------------------- made-up meetings


@pytest.fixture(scope="module")
def fits_sql(sample_warehouse, tmp_path_factory) -> str:
    """The SQL of int_rating_fits, of tables named `members` and `meetings`."""
    scratch = tmp_path_factory.mktemp("ratings")
    command = [DBT, "--quiet", "--write-json", "compile", "--select", "int_rating_fits"]
    run = run_in_repository(command, sample_warehouse, scratch)
    assert run.returncode == 0, run.stdout + run.stderr
    nodes = json.loads((scratch / "target" / "manifest.json").read_text())["nodes"]
    path = nodes["model.evalhouse.int_rating_fits"]["compiled_path"]
    sql = (REPOSITORY / path).read_text()
    for name in ("members", "meetings"):
        table = f'"evalhouse"."intermediate"."int_rating_{name}"'
        assert table in sql
        sql = sql.replace(table, f"made_up_{name}")
    return sql


def is_connected(points: np.ndarray) -> bool:
    """Say whether each took points from each other one, directly or over others."""
    return connected_components(points, connection="strong")[0] == 1


def made_up_points(draw: np.random.Generator, shape: str, size: int) -> np.ndarray:
    """Points that the model of each row took from that of each column."""
    while True:
        met = np.zeros((size, size), dtype=int)
        for i, j in itertools.combinations(range(size), 2):
            are_met = {
                "all": True,
                "some": draw.random() < 0.6,
                "camps": (i + j) % 2,
                "chain": j == i + 1,
                "star": i == 0,
            }[shape]
            met[i, j] = draw.integers(1, 30) if are_met else 0
        points = np.zeros((size, size))
        for i, j in zip(*np.nonzero(met), strict=True):
            points[i, j] = draw.binomial(2 * met[i, j], draw.uniform(0.2, 0.8)) / 2
            points[j, i] = met[i, j] - points[i, j]
        if is_connected(points):
            return points


@pytest.mark.parametrize("shape", ["all", "some", "camps", "chain", "star"])
def test_fits_of_made_up_meetings_are_the_likeliest_ones(fits_sql, shape):
    draw = np.random.default_rng(len(shape))
    members, meetings, tables = [], [], {}
    for group in range(25):
        size = int(draw.integers(2, 5 if shape == "chain" else 8))
        points = made_up_points(draw, shape, size)
        first = len(members)
        members += [(group, first + i) for i in range(size)]
        for replicate in range(8):
            drawn = points
            if replicate:
                # Some draws fall apart.
                drawn = np.floor(draw.uniform(0, 2, points.shape) * points)
            tables[group, replicate] = first, drawn
            counts = drawn + drawn.T
            meetings += [
                (replicate, group, first + i, first + j, int(counts[i, j]), drawn[i, j])
                for i, j in zip(*np.nonzero(counts), strict=True)
            ]
    made_up_members = pd.DataFrame(members, columns=["group_number", "member_number"])
    made_up_meetings = pd.DataFrame(
        meetings,
        columns=[
            *("replicate", "group_number", "member_number", "rival_number"),
            *("meeting_count", "points"),
        ],
    )
    with duckdb.connect() as connection:
        connection.register("made_up_members", made_up_members)
        connection.register("made_up_meetings", made_up_meetings)
        rows = connection.sql(
            f"from ({fits_sql}) where strength is not null"
        ).fetchall()
    found = {(replicate, member): strength for replicate, member, strength in rows}
    missing = apart = 0
    for (_, replicate), (first, points) in tables.items():
        # Who took nothing, or everything, is left out of a draw.
        taken, lost = points.sum(axis=1), points.sum(axis=0)
        usable = np.flatnonzero((taken > 0) & (lost > 0))
        ours = [found.get((replicate, first + i)) for i in usable]
        inner = points[np.ix_(usable, usable)]
        if len(usable) < 2 or not is_connected(inner):
            apart += 1
            continue
        if None in ours:
            assert replicate, "of the data itself the strengths are found"
            missing += 1
            continue
        likeliest = strengths_of(
            {
                (i, j): inner[i, j]
                for i in range(len(usable))
                for j in range(len(usable))
                if i != j
            },
            list(range(len(usable))),
        )
        actual = np.array(ours) - np.mean(ours)
        tolerance = 1e-2 if replicate else 1e-6
        assert actual == pytest.approx(likeliest.to_numpy(), abs=tolerance)
    assert apart
    # A hundred steps are enough for nearly all of those that have an answer.
    assert missing < 0.02 * len(tables)


def test_strengths_without_a_maximum_are_not_found(fits_sql):
    # 1 and 2 beat each other, so do 3 and 4; between them all points went one way.
    made_up_members = pd.DataFrame(  # noqa: F841 -- read by DuckDB
        {"group_number": 1, "member_number": [1, 2, 3, 4]}
    )
    outcomes = [(1, 2, 3), (2, 1, 2), (3, 4, 1), (4, 3, 4), (1, 3, 5)]
    back = [(3, 1, 1)]
    made_up_meetings = pd.DataFrame(  # noqa: F841 -- read by DuckDB
        [
            (replicate, 1, one, other, sum(points), points[side])
            for replicate, results in enumerate([outcomes + back, outcomes])
            for (one, other), points, side in _both_sides(results)
        ],
        columns=[
            *("replicate", "group_number", "member_number", "rival_number"),
            *("meeting_count", "points"),
        ],
    )
    rows = duckdb.sql(fits_sql).fetchall()
    assert {replicate for replicate, _, strength in rows if strength is not None} == {0}


def _both_sides(results):
    """Yield each pair in both orders, with the points of the first and the second."""
    points = {(one, other): count for one, other, count in results}
    for pair in {tuple(sorted(pair)) for pair in points}:
        counts = points.get(pair, 0), points.get(pair[::-1], 0)
        yield pair, counts, 0
        yield pair[::-1], counts, 1
