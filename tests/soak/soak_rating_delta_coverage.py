"""Intervals of ratings, deltas and correlations, on simulated data sets.

Families of four tasks that resemble each other, put through the compiled SQL: those of
ratings and deltas hold the truth in 92 % of 300 sets; where there is no difference, or no
correlation, at most 6 % find one. A share of 5 % of 1,000 sets has an error of 0.7 points.
"""

import pytest
from simulated import (
    EASE,
    share_that_holds,
    simulated_correlations,
    simulated_deltas,
    simulated_ratings,
    true_strength,
)

DATA_SETS = 300


@pytest.mark.parametrize("ease", [0, EASE])
@pytest.mark.parametrize("families", [5, 10])
def test_a_strength_is_covered(sample_warehouse, families, ease):
    rows = simulated_ratings(sample_warehouse, DATA_SETS, families, ease, seed=7)
    better = rows[rows.model == "better"]
    assert len(better) == DATA_SETS
    truth = true_strength(ease)
    share = share_that_holds(better, truth)
    print(f"\nmodel_ratings, {families} families, strength {truth:.2f}: {share:.1%}")
    assert share >= 0.92
    if ease == 0:
        assert ((better.ci_low > 0) | (better.ci_high < 0)).mean() <= 0.06


@pytest.mark.parametrize("families", [5, 10, 20])
def test_a_delta_is_covered_and_found_by_mistake_in_few_sets(
    sample_warehouse, families
):
    rows = simulated_deltas(sample_warehouse, DATA_SETS, families, seed=8)
    assert len(rows) == DATA_SETS
    share = share_that_holds(rows, 0)
    errors = (rows.sign_test_p <= 0.05).mean()
    print(f"\naction_delta_summary, {families} families: {share:.1%}, {errors:.1%}")
    assert share >= 0.92
    assert errors <= 0.06


@pytest.mark.parametrize("families", [3, 5, 10, 20])
def test_a_correlation_is_found_by_mistake_in_few_sets(sample_warehouse, families):
    rows = simulated_correlations(sample_warehouse, 1000, families, seed=9)
    for control, own in rows.groupby("controlling_for"):
        wrong = ((own.ci_low > 0) | (own.ci_high < 0)).mean()
        print(f"\nrank correlation, {families} families, {control}: {wrong:.1%}")
        assert len(own) > 900
        assert wrong <= 0.06 + 2 * (0.06 * 0.94 / 1000) ** 0.5
