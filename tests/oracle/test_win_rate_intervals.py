"""The intervals of win rates against numpy, with the same hashed draws."""

import hashlib
import math

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import REPOSITORY
from scipy.stats import binom
from simulated import through_views

CELL = ["repeats", "basis", "source", "benchmark", "scaffold"]
OWN_CELL = ["repeats", "source", "benchmark", "scaffold", "model"]
VARS = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())["vars"]
SHARES = np.cumsum([math.exp(-1) / math.factorial(weight) for weight in range(12)])


def share(replicate: int, key: str) -> float:
    """What the hash of a replicate and a key is of the greatest one."""
    text = f"{VARS['bootstrap_seed']}:{replicate}:{key}"
    return int(hashlib.md5(text.encode()).hexdigest()[:15], 16) / 2**60


def weight(replicate: int, key: str) -> int:
    """How often a replicate draws a key: Poisson with mean 1."""
    return int(np.searchsorted(SHARES, share(replicate, key), side="right"))


@pytest.fixture
def scored(sample_views) -> pd.DataFrame:
    """Score and attempts of each evaluation by family, else task."""
    attempts = sample_views.sql("from attempts where score is not null").df()
    group = ("family:" + attempts.task_family).fillna("task:" + attempts.task_id)
    keys = [attempts.source, attempts.benchmark, attempts.evaluation_id, group]
    names = ["source", "benchmark", "evaluation_id", "task_group"]
    frame = attempts.groupby(keys).score.agg(["sum", "size"])
    return frame.rename_axis(names).reset_index()


def drawn_changes(scored: pd.DataFrame) -> dict[str, np.ndarray]:
    """By evaluation, how far each replicate moves its mean score."""
    replicates = range(1, VARS["win_rate_replicates"] + 1)
    changes = {}
    for (source, benchmark), tasks in scored.groupby(["source", "benchmark"]):
        groups = tasks.task_group.unique()
        assert len(groups) <= 200
        weights = pd.DataFrame(
            [
                [weight(number, f"{source}:{benchmark}:{group}") for group in groups]
                for number in replicates
            ],
            columns=groups,
        )
        for evaluation, own in tasks.groupby("evaluation_id"):
            if len(own) < 2:
                continue
            # Its own tasks, one more that it solved, and one at which it failed.
            added = [
                [
                    weight(number, f"{kind}:{evaluation}")
                    for kind in ("solved", "failed")
                ]
                for number in replicates
            ]
            drawn = np.hstack([weights[own.task_group], added])
            size = own["size"].mean()
            sizes = np.r_[own["size"], size, size]
            sums = np.r_[own["sum"], size, 0]
            count = drawn @ sizes
            mean = sums.sum() / sizes.sum()
            change = np.divide(
                drawn @ sums, count, out=np.full(len(count), mean), where=count > 0
            )
            changes[evaluation] = change - mean
    return changes


def binomial_changes(evaluations: pd.DataFrame) -> dict[str, np.ndarray]:
    """By evaluation without outcomes, how far each replicate moves its accuracy."""
    frame = evaluations.assign(
        size=evaluations.task_count.fillna(evaluations.timed_task_count)
    )
    frame = frame[(frame["size"] > 1) & frame.accuracy.between(0, 1)]
    changes = {}
    for name, accuracy, size in zip(
        frame.evaluation_id, frame.accuracy, frame["size"], strict=True
    ):
        shares = [
            share(number, f"accuracy:{name}")
            for number in range(1, VARS["win_rate_replicates"] + 1)
        ]
        rate = (accuracy * size + 1) / (size + 2)
        changes[name] = binom.ppf(shares, size, rate) / size - rate
    return changes


def own_cell(row) -> tuple[str, ...]:
    """Return the cell of a model by the scaffold that it ran."""
    return row.repeats, row.source, row.benchmark, row.own_scaffold, row.model


def cell_changes(views, changes: dict[str, np.ndarray]) -> dict[tuple, tuple]:
    """By cell, the mean of how its evaluations move, and whether each one's is known."""
    frame = views.sql("from intermediate.int_repeated_evaluations").df()
    return {
        key: (
            sum(changes.get(name, 0.0) for name in own.evaluation_id) / len(own),
            all(name in changes for name in own.evaluation_id),
        )
        for key, own in frame.groupby(OWN_CELL)
    }


def test_win_rates_are_drawn_as_numpy_draws_them(sample_views, scored):
    cells = sample_views.sql("from intermediate.int_win_rate_cells").df()
    covered = sample_views.sql("from intermediate.int_win_rate_coverage").df()
    evaluations = sample_views.sql("from evaluations").df()
    others = evaluations[~evaluations.evaluation_id.isin(scored.evaluation_id)]
    changes = cell_changes(
        sample_views, binomial_changes(others) | drawn_changes(scored)
    )
    wins, comparisons = {}, {}
    for cell, field in cells.groupby(CELL):
        drawn = np.array(
            [
                np.round(row.accuracy + changes[own_cell(row)][0], 12)
                * np.ones(VARS["win_rate_replicates"])
                for row in field.itertuples()
            ]
        )
        for place, row in enumerate(field.itertuples()):
            key = (*cell, row.model)
            wins[key] = (drawn < drawn[place]).sum(axis=0)
            comparisons[key] = len(field) - 1
    is_known = {
        (*(getattr(row, name) for name in CELL), row.model): changes[own_cell(row)][1]
        for row in cells.itertuples()
    }
    expected = []
    columns = ["repeats", "basis", "source", "coverage", "model"]
    for key, own in covered.groupby(columns):
        own = own[own.comparisons > 0]
        names = [tuple(row) for row in own[[*CELL, "model"]].itertuples(index=False)]
        if not names or not all(is_known.get(name) for name in names):
            continue
        total = sum(comparisons[name] for name in names)
        rates = sum(wins[name] for name in names) / total
        expected.append((*key, *np.quantile(rates, [0.025, 0.975])))
    assert len(expected) > 0
    actual = sample_views.sql(
        "select * exclude (interval_basis) from intermediate.int_win_rate_intervals"
    ).df()
    pd.testing.assert_frame_equal(
        actual.sort_values(columns, ignore_index=True),
        pd.DataFrame(expected, columns=list(actual)).sort_values(
            columns, ignore_index=True
        ),
        check_dtype=False,
        rtol=0,
        atol=1e-9,
    )


def test_the_win_rate_lies_in_its_interval(sample_views):
    rows = sample_views.sql("from model_win_rates where ci_low is not null").df()
    assert len(rows) > 0
    assert rows.overall_win_rate.between(rows.ci_low, rows.ci_high).all()
    assert ((rows.ci_low >= 0) & (rows.ci_high <= 1)).all()
    alone = sample_views.sql("from model_win_rates where comparisons = 0").df()
    assert alone["rank"].isna().all()


def test_an_accuracy_moves_as_scipy_draws_it(sample_warehouse):
    """Sizes from two tasks to thousands, rates from 0 to 1, means of partial scores."""
    evaluations = pd.DataFrame(
        [
            ("two", 0.5, None, 2),
            ("none", 0.0, None, 50),
            ("all", 1.0, 307, None),
            ("rare", 0.0098, None, 102),
            ("partial", 0.56974, None, 100),
            ("many", 0.4104, None, 1000),
            ("more", 0.999, 7000, 3),
            ("unknown", 0.25, None, None),
            ("one", 1.0, None, 1),
            ("percent", 25.0, None, 40),
        ],
        columns=["evaluation_id", "accuracy", "task_count", "timed_task_count"],
    ).astype({"task_count": "Int64", "timed_task_count": "Int64"})
    draws = through_views(
        sample_warehouse,
        ["leaderboard/steps/int_win_rate_accuracy_draws"],
        evaluations=evaluations,
        int_repeated_evaluations=evaluations[["evaluation_id"]].assign(is_drawn=True),
        int_win_rate_groups=pd.DataFrame({"evaluation_id": ["other"]}),
    )
    expected = binomial_changes(evaluations)
    assert set(draws.evaluation_id) == set(expected)
    assert len(expected) == 7
    for name, own in draws.sort_values("replicate").groupby("evaluation_id"):
        assert list(own.replicate) == list(range(1, len(own) + 1))
        np.testing.assert_allclose(
            own.accuracy_change, expected[name], rtol=0, atol=1e-12
        )
    assert np.abs(expected["partial"]).mean() > 0.02
