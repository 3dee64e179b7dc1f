"""The bootstrap's weights are independent Poisson draws, the same everywhere."""

import duckdb
import numpy as np
import pytest
import scipy.stats
from conftest import DBT, run_in_repository

REPLICATES, KEYS = 500, 400


@pytest.fixture(scope="module")
def expression(sample_warehouse) -> str:
    """The macro's SQL for the columns `replicate` and `key`."""
    inline = "{{ bootstrap_weight('replicate', 'key') }}"
    command = [DBT, "--quiet", "compile", "--inline", inline]
    run = run_in_repository(command, sample_warehouse, sample_warehouse.parent)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def weights(expression: str, threads: int = 1) -> np.ndarray:
    """A row of weights per replicate, a column per key."""
    with duckdb.connect(config={"threads": threads}) as connection:
        rows = connection.execute(
            f"""
            with draws as (
                select replicate, 'metr:family ' || number as key, number
                from range({REPLICATES}) as replicates (replicate),
                    range({KEYS}) as numbers (number)
            )
            select {expression} as weight from draws order by replicate, number
            """
        ).fetchnumpy()["weight"]
    return rows.reshape(REPLICATES, KEYS)


def test_they_are_poisson_with_mean_one(expression):
    drawn = weights(expression)
    observed = np.bincount(drawn.ravel(), minlength=8)
    shares = scipy.stats.poisson.pmf(range(7), 1)
    expected = drawn.size * np.array([*shares, 1 - shares.sum()])
    pooled = [*observed[:7], observed[7:].sum()]
    assert scipy.stats.chisquare(pooled, expected).pvalue > 0.001


def test_keys_and_replicates_are_independent(expression):
    drawn = weights(expression)
    for table, length in ((drawn, KEYS), (drawn.T, REPLICATES)):
        beside = np.corrcoef(table)[~np.eye(len(table), dtype=bool)]
        assert abs(beside.mean()) < 4 / len(table)
        assert beside.std() == pytest.approx(1 / np.sqrt(length), rel=0.05)


def test_they_do_not_depend_on_threads(expression):
    assert (weights(expression, threads=1) == weights(expression, threads=4)).all()
