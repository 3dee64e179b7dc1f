"""Intervals and tests of ratings, deltas, correlations and win rates, simulated.

Through the views' own SQL: those of ratings, deltas and win rates hold the truth in 92 % of the sets;
where there is no difference at most 6 % of p-values are small, where there is no correlation
at most 6 % of intervals leave out 0. EVALHOUSE_COVERAGE_SETS is as in
soak_interval_coverage; correlations take them all, the others three tenths. The tables go to
docs/inference.md, those of fewer than 200 sets to the screen only.
"""

import os

import coverage_grid
import pytest
import view_coverage
from conftest import REPOSITORY

SETS = int(os.environ.get("EVALHOUSE_COVERAGE_SETS", "1000"))


@pytest.fixture(scope="module")
def tables(sample_warehouse):
    fewer = max(SETS * 3 // 10, 1)
    return (
        view_coverage.rating_table(sample_warehouse, fewer),
        view_coverage.delta_table(sample_warehouse, fewer),
        view_coverage.correlation_table(sample_warehouse, SETS),
        view_coverage.win_rate_table(sample_warehouse, fewer),
    )


def noise(share: float, sets: int) -> float:
    """Two standard errors of a simulated share."""
    return 2 * (share * (1 - share) / sets) ** 0.5


def test_the_tables_are_written(tables):
    page = REPOSITORY / "docs" / "inference.md"
    text = "\n".join(view_coverage.lines_of(*tables)) + "\n"
    print("\n" + text)
    marks = view_coverage.MARKS
    written = coverage_grid.write_document(text, page.read_text(), marks)
    assert text in written
    if SETS >= 200:
        page.write_text(written)


def test_strengths_are_covered(tables):
    ratings, *_ = tables
    assert len(ratings) == 120
    known = ratings.known * ratings.set_count
    low = ratings[ratings.coverage < 0.92 - known.map(lambda sets: noise(0.92, sets))]
    assert low.empty, low
    five = ratings[ratings.design == "5 families of 4"]
    assert (five.coverage >= 0.92).all(), five


def test_deltas_are_covered_and_found_by_mistake_in_few_sets(tables):
    _, deltas, *_ = tables
    assert len(deltas) == 22
    low = deltas[deltas.coverage < 0.92 - noise(0.92, deltas.set_count.min())]
    assert low.empty, low
    assert deltas[deltas.design == "5 families of 4"].coverage.min() >= 0.92
    assert (deltas.found <= 0.06).all(), deltas


def test_a_correlation_is_found_by_mistake_in_few_sets(tables):
    _, _, correlations, _ = tables
    assert len(correlations) == 36
    known = correlations.dropna(subset=["found"])
    # Drawn again where it was above 6 %, with three times the sets.
    many = known[known.found > 0.06 + noise(0.06, 3 * SETS)]
    assert many.empty, many


def test_win_rates_are_covered(tables):
    *_, win_rates = tables
    assert len(win_rates) == 30
    low = win_rates[win_rates.coverage < 0.92]
    assert low.empty, low
