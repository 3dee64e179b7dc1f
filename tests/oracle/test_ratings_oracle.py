"""Bradley-Terry strengths against scipy's maximum, their errors against numpy."""

import itertools
import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest
from compiled import statements
from conftest import DBT, run_in_repository
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components
from scipy.special import expit
from scipy.stats import t

KEY = ["success_rule", "source", "basis"]


def results_of(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return what each model achieved on each task, or on each benchmark."""
    tasks = connection.sql(
        """
        select success_rule, source, benchmark || '/' || task_id as match, model,
            coalesce(any_value(task_family), 'alone: ' || benchmark || task_id)
                as cluster,
            avg(is_success::int) as value
        from attempt_successes
        where population = 'capability' and model <> 'unknown'
        group by success_rule, source, benchmark, task_id, model
        """
    ).df()
    benchmarks = connection.sql(
        """
        select '*' as success_rule, source, benchmark as match, model,
            benchmark as cluster, accuracy as value
        from best_evaluations
        where repeats = 'best'
        """
    ).df()
    return pd.concat(
        [tasks.assign(basis="task_outcome"), benchmarks.assign(basis="max_accuracy")]
    )


def wins_between(results: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the wins that each model took from each other one."""
    wins = {}
    for _, match in results.groupby("match"):
        for a, b in itertools.combinations(match.itertuples(), 2):
            share = 0.5 + 0.5 * np.sign(a.value - b.value)
            wins[a.model, b.model] = wins.get((a.model, b.model), 0) + share
            wins[b.model, a.model] = wins.get((b.model, a.model), 0) + 1 - share
    return wins


def strengths_of(wins: dict[tuple[str, str], float], models: list[str]) -> pd.Series:
    """Return the strengths, mean 0, under which the wins are likeliest."""
    index = {model: i for i, model in enumerate(models)}
    played = [
        (index[a], index[b], count)
        for (a, b), count in wins.items()
        if a in index and b in index
    ]
    winner, loser, count = map(np.array, zip(*played, strict=True))

    def loss(strengths):
        gap = strengths[loser] - strengths[winner]
        gradient = np.zeros(len(models))
        expected = count / (1 + np.exp(-gap))
        np.add.at(gradient, winner, -expected)
        np.add.at(gradient, loser, expected)
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
        wins = wins_between(own)
        for row in group.itertuples():
            won = [value for (a, _), value in wins.items() if a == row.model]
            lost = [value for (_, b), value in wins.items() if b == row.model]
            assert row.points == sum(won)
            assert row.comparison_count == sum(won) + sum(lost)
        for _, component in group[group.strength.notna()].groupby("component_id"):
            expected = strengths_of(wins, sorted(component.model))
            actual = component.set_index("model").strength.sort_index()
            assert actual.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)


def jackknife(
    clusters: dict[str, dict], strengths: pd.Series
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Clusters, standard error and degrees of freedom of each model of a component.

    To leave out a cluster moves the strengths by its gradient times the inverse of
    the information that is left, were that the same share of every entry.
    """
    models = list(strengths.index)
    ahead = strengths.to_numpy()[:, None] - strengths.to_numpy()[None, :]
    p = expit(ahead)
    wins = {
        cluster: np.array([[won.get((a, b), 0) for b in models] for a in models])
        for cluster, won in clusters.items()
    }
    weights = {c: (won + won.T) * p * (1 - p) for c, won in wins.items()}
    total = sum(weights.values())
    inverse = np.linalg.pinv(np.diag(total.sum(axis=1)) - total)
    moves = [
        inverse
        @ (wins[c] - (wins[c] + wins[c].T) * p).sum(axis=1)
        / (1 - weights[c].sum() / total.sum())
        for c in clusters
        if 0 < weights[c].sum() < total.sum() * (1 - 1e-12)
    ]
    counts = sum((weights[c].sum(axis=1) > 0).astype(int) for c in clusters)
    squares = np.sum(np.square(moves), axis=0) if moves else np.zeros(len(models))
    error = np.sqrt((counts - 1) / counts * squares)
    # Johnson and Rust's: clusters, but no more than make the variance.
    with np.errstate(invalid="ignore"):
        worth = squares**2 / np.sum(np.power(moves, 4), axis=0)
        freedom = np.floor((3.16 - 2.77 / np.sqrt(counts)) * worth)
    freedom = np.clip(freedom, 1, np.maximum(counts - 1, 1))
    return tuple(pd.Series(each, index=models) for each in (counts, error, freedom))


def test_errors_are_the_jackknife_s_over_clusters(sample_views, ratings):
    results = results_of(sample_views)
    statuses = []
    for key, group in ratings[ratings.strength.notna()].groupby([*KEY, "component_id"]):
        own = results[(results[KEY] == list(key[:3])).all(axis=1)]
        own = own[own.model.isin(group.model)]
        clusters = {name: wins_between(rows) for name, rows in own.groupby("cluster")}
        strengths = group.set_index("model").strength
        counts, errors, freedom = jackknife(clusters, strengths)
        for row in group.itertuples():
            statuses.append(row.status)
            if counts[row.model] < 2 or errors[row.model] < 1e-9:
                assert row.status == "no_variation"
                assert np.isnan([row.se, row.ci_low, row.ci_high]).all()
                continue
            assert row.status == "ok"
            assert row.se == pytest.approx(errors[row.model], rel=1e-6)
            half_width = t.ppf(0.975, freedom[row.model]) * errors[row.model]
            assert row.ci_low == pytest.approx(row.strength - half_width, rel=1e-5)
            assert row.ci_high == pytest.approx(row.strength + half_width, rel=1e-5)
    assert statuses.count("ok") > 20


@pytest.fixture(scope="module")
def drawn_ratings(sample_warehouse, tmp_path_factory) -> pd.DataFrame:
    """The ratings with `rating_intervals: bootstrap`."""
    scratch = tmp_path_factory.mktemp("drawn")
    copy = scratch / "evalhouse.duckdb"
    shutil.copy(sample_warehouse, copy)
    run = run_in_repository(
        [
            *(DBT, "--quiet", "run", "--vars", "rating_intervals: bootstrap"),
            *("--select", "int_rating_matches", "int_rating_fits", "model_ratings"),
        ],
        copy,
        scratch,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(copy, read_only=True) as connection:
        return connection.sql("from model_ratings").df()


def test_drawn_intervals_are_those_of_numpy_resampling_clusters(
    sample_views, drawn_ratings
):
    ratings = drawn_ratings
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
    clusters = {name: wins_between(group) for name, group in own.groupby("cluster")}
    draw = np.random.default_rng(1)
    replicates = []
    for _ in range(200):
        wins = {}
        for name in draw.choice(list(clusters), len(clusters)):
            for pair, value in clusters[name].items():
                wins[pair] = wins.get(pair, 0) + value
        strengths = strengths_of(wins, models)[rated.model]
        replicates.append(strengths - strengths.mean() + data.mean())
    spread = pd.DataFrame(replicates).std()
    for row in rated.itertuples():
        assert row.ci_low < row.strength < row.ci_high
        width = (row.ci_high - row.ci_low) / (2 * 1.96)
        assert width == pytest.approx(spread[row.model], rel=0.35)


# --------------------------------------------------------- made-up matches


@pytest.fixture(scope="module")
def fits_sql(made_run) -> str:
    """The SQL of int_rating_fits, of made-up components and matches."""
    sql = statements(made_run / "target" / "compiled")["int_rating_fits"]
    for name in ("components", "matches"):
        table = f'"evalhouse"."intermediate"."int_rating_{name}"'
        assert table in sql
        sql = sql.replace(table, f"made_up_{name}")
    return sql


def is_connected(wins: np.ndarray) -> bool:
    """Say whether each took wins from each other one, directly or over others."""
    return connected_components(wins, connection="strong")[0] == 1


def made_up_wins(draw: np.random.Generator, shape: str, size: int) -> np.ndarray:
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
        wins = np.zeros((size, size))
        for i, j in zip(*np.nonzero(met), strict=True):
            wins[i, j] = draw.binomial(2 * met[i, j], draw.uniform(0.2, 0.8)) / 2
            wins[j, i] = met[i, j] - wins[i, j]
        if is_connected(wins):
            return wins


@pytest.mark.parametrize("shape", ["all", "some", "camps", "chain", "star"])
def test_fits_of_made_up_matches_are_the_likeliest_ones(fits_sql, shape):
    draw = np.random.default_rng(len(shape))
    members, matches, tables = [], [], {}
    for group in range(25):
        size = int(draw.integers(2, 5 if shape == "chain" else 8))
        wins = made_up_wins(draw, shape, size)
        first = len(members)
        members += [(group, first + i, size) for i in range(size)]
        for replicate in range(8):
            drawn = wins
            if replicate:
                # Some draws fall apart.
                drawn = np.floor(draw.uniform(0, 2, wins.shape) * wins)
            tables[group, replicate] = first, drawn
            counts = drawn + drawn.T
            matches += [
                (replicate, group, first + i, first + j, int(counts[i, j]), drawn[i, j])
                for i, j in zip(*np.nonzero(counts), strict=True)
            ]
    made_up_components = pd.DataFrame(
        members, columns=["component_number", "model_number", "member_count"]
    )
    made_up_matches = pd.DataFrame(
        matches,
        columns=[
            *("replicate", "component_number", "model_number", "opponent_number"),
            *("match_count", "wins"),
        ],
    )
    with duckdb.connect() as connection:
        connection.register("made_up_components", made_up_components)
        connection.register("made_up_matches", made_up_matches)
        rows = connection.sql(
            f"from ({fits_sql}) where strength is not null"
        ).fetchall()
    found = {(replicate, member): strength for replicate, _, member, strength in rows}
    missing = apart = 0
    for (_, replicate), (first, wins) in tables.items():
        # Who took nothing, or everything, is left out of a draw.
        won, lost = wins.sum(axis=1), wins.sum(axis=0)
        usable = np.flatnonzero((won > 0) & (lost > 0))
        ours = [found.get((replicate, first + i)) for i in usable]
        inner = wins[np.ix_(usable, usable)]
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
    # 1 and 2 beat each other, so do 3 and 4; between them all wins went one way.
    made_up_components = pd.DataFrame(  # noqa: F841 -- read by DuckDB
        {"component_number": 1, "model_number": [1, 2, 3, 4], "member_count": 4}
    )
    outcomes = [(1, 2, 3), (2, 1, 2), (3, 4, 1), (4, 3, 4), (1, 3, 5)]
    back = [(3, 1, 1)]
    made_up_matches = pd.DataFrame(  # noqa: F841 -- read by DuckDB
        [
            (replicate, 1, one, other, sum(wins), wins[side])
            for replicate, results in enumerate([outcomes + back, outcomes])
            for (one, other), wins, side in _both_sides(results)
        ],
        columns=[
            *("replicate", "component_number", "model_number", "opponent_number"),
            *("match_count", "wins"),
        ],
    )
    rows = duckdb.sql(fits_sql).fetchall()
    assert {replicate for replicate, *_, strength in rows if strength is not None} == {
        0
    }


def _both_sides(results):
    """Yield each pair in both orders, with the wins of the first and the second."""
    wins = {(one, other): count for one, other, count in results}
    for pair in {tuple(sorted(pair)) for pair in wins}:
        counts = wins.get(pair, 0), wins.get(pair[::-1], 0)
        yield pair, counts, 0
        yield pair[::-1], counts, 1
