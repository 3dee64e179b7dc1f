"""A small run of what `tests/soak/soak_rating_delta_coverage.py` simulates in full."""

from simulated import (
    EASE,
    share_that_holds,
    simulated_correlations,
    simulated_deltas,
    simulated_ratings,
    true_strength,
)

DATA_SETS = 60


def test_strengths_are_covered_with_five_families(sample_warehouse):
    rows = simulated_ratings(sample_warehouse, DATA_SETS, 5, EASE, seed=3)
    better = rows[rows.model == "better"]
    assert len(better) == DATA_SETS
    assert share_that_holds(better, true_strength(EASE)) >= 0.88


def test_deltas_are_covered_and_tested_with_ten_families(sample_warehouse):
    rows = simulated_deltas(sample_warehouse, DATA_SETS, 10, seed=4)
    assert len(rows) == DATA_SETS
    assert share_that_holds(rows, 0) >= 0.88
    assert (rows.sign_test_p <= 0.05).mean() <= 0.1


def test_no_correlation_is_seldom_found_with_ten_families(sample_warehouse):
    rows = simulated_correlations(sample_warehouse, DATA_SETS, 10, seed=5)
    assert len(rows) == 3 * DATA_SETS
    assert ((rows.ci_low > 0) | (rows.ci_high < 0)).mean() <= 0.1
