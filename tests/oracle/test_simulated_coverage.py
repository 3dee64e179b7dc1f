"""A small run of what `tests/soak/soak_rating_delta_coverage.py` simulates in full."""

import pytest
import view_coverage
from coverage_grid import DESIGNS, write_document
from simulated import (
    share_that_holds,
    simulated_correlations,
    simulated_deltas,
    simulated_ratings,
    simulated_win_rates,
    true_strength,
)

DATA_SETS = 60
FAMILIES = DESIGNS["10 families of 4"]


def test_strengths_are_covered_with_five_families(sample_warehouse):
    cells = [("once", 0.7, 0.4), ("1 to 9 times", 0.5, 0.5)]
    rows = simulated_ratings(sample_warehouse, "5 families of 4", cells, DATA_SETS, 3)
    assert list(rows.groupby("cell").size()) == [DATA_SETS, DATA_SETS]
    truth = true_strength("5 families of 4", "once", (0.7, 0.4))
    assert 0.2 < truth < 0.5
    assert set(rows.truth) == {truth, 0}
    assert share_that_holds(rows, rows.truth) >= 0.88


def test_deltas_are_covered_and_tested_with_ten_families(sample_warehouse):
    rows = simulated_deltas(sample_warehouse, FAMILIES, DATA_SETS, 4, False)
    assert len(rows) == DATA_SETS
    assert share_that_holds(rows, 0) >= 0.88
    assert (rows.sign_test_p <= 0.05).mean() <= 0.1


def test_no_correlation_is_seldom_found_with_ten_families(sample_warehouse):
    rows = simulated_correlations(sample_warehouse, FAMILIES, DATA_SETS, 5)
    assert len(rows) == 3 * DATA_SETS
    assert ((rows.ci_low > 0) | (rows.ci_high < 0)).mean() <= 0.1


def test_win_rates_are_covered_with_five_tasks(sample_warehouse):
    rates = (0.95, 0.85, 0.98, 0.9)
    rows = simulated_win_rates(sample_warehouse, "5 tasks", rates, DATA_SETS, 6)
    assert len(rows) == 4 * DATA_SETS
    assert set(rows.truth[rows.model == "model2"]) == {1}
    assert set(rows.truth[rows.model == "model1"]) == {0}
    assert share_that_holds(rows, rows.truth) >= 0.88


@pytest.fixture
def two_designs(monkeypatch):
    """Two designs only, one of them without an interval of correlations."""
    few = {name: DESIGNS[name] for name in ("2 families of 4", "10 tasks")}
    for name in ("DESIGNS", "MORE_DESIGNS", "DELTA_DESIGNS"):
        monkeypatch.setattr(view_coverage, name, few)


def test_each_cell_of_the_tables_has_its_sets(sample_warehouse, two_designs):
    ratings = view_coverage.rating_table(sample_warehouse, 3)
    assert len(ratings) == 2 * 12
    assert (ratings.set_count == 3).all()
    deltas = view_coverage.delta_table(sample_warehouse, 3)
    assert list(deltas.is_whole) == [False, True] * 2
    correlations = view_coverage.correlation_table(sample_warehouse, 3)
    by_design = correlations.set_index("design").found
    assert by_design["2 families of 4"].isna().all()
    assert by_design["10 tasks"].between(0, 1).all()
    win_rates = view_coverage.win_rate_table(sample_warehouse, 3)
    assert (win_rates.set_count == 3).all()
    tables = (ratings, deltas, correlations, win_rates)
    text = "\n".join(view_coverage.lines_of(*tables)) + "\n"
    start, end = view_coverage.MARKS
    page = write_document(text, f"a\n{start}\nold\n{end}\nb\n", (start, end))
    assert page == f"a\n{start}\n\n{text}\n{end}\nb\n"
    assert "| 2 families of 4 | no interval | no interval | no interval |" in page
