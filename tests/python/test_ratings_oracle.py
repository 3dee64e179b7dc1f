"""Bradley-Terry strengths against scipy's maximum of the same likelihood."""

import itertools

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

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
