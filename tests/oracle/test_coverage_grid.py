"""The simulation of `make soak` in small: every design runs through the views."""

import shutil

import coverage_grid
import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import DBT, run_in_repository
from scipy.stats import beta
from statsmodels.stats.proportion import proportion_confint

SETS = 3


@pytest.fixture(scope="module")
def tables(sample_warehouse, tmp_path_factory):
    path = tmp_path_factory.mktemp("coverage") / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, path)
    with duckdb.connect(path) as connection:
        frames = coverage_grid.simulated(SETS, SETS)
        coverage_grid.replace_attempts(connection, frames)
    views = ["agent_intervals", "paired_comparisons", "separability"]
    steps = ["int_agent_tasks_counted", "int_compared_agent_tasks"]
    command = [DBT, "--quiet", "run", "--select", *steps, *views]
    run = run_in_repository(command, path, path.parent)
    assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(path, read_only=True) as connection:
        return (
            coverage_grid.rate_table(connection),
            coverage_grid.pair_table(connection),
            coverage_grid.board_table(connection),
        )


def test_each_cell_has_its_sets(tables):
    rates, pairs, boards = tables
    assert len(rates) == 10 * 2 * 5
    assert (rates.set_count == SETS).all()
    # Five tasks, and two families of four, are too few to compare.
    assert len(pairs) == 8 * 2 * 6
    assert (pairs.set_count == SETS).all()
    assert list(boards.set_count) == [SETS, SETS]


def test_intervals_have_a_width_and_stay_in_0_to_1(tables):
    rates, _, _ = tables
    assert rates.lowest.min() >= 0
    assert rates.highest.max() <= 1
    assert rates.narrowest.min() > 0
    # 300 intervals: fewer than 85 % would be no accident.
    assert rates.coverage.mean() > 0.85


def test_cells_with_many_small_p_values_are_drawn_once_more(tables):
    _, pairs, _ = tables
    first = pairs.head(2)
    frames = list(coverage_grid.simulated_again(first, 5))
    names = {name for frame in frames for name in frame.benchmark}
    assert names == {
        f"pair|{row.design}|{row.repeats}|{row.rate_a}|{row.rate_b}|0"
        for row in first.itertuples()
    }
    again = first.assign(found=0.25, set_count=5)
    joined = coverage_grid.with_those_again(pairs, again)
    assert len(joined) == len(pairs)
    assert (joined.set_count == 5).sum() == 2
    assert (joined.found[joined.set_count == 5] == 0.25).all()


def test_a_width_is_held_against_the_narrowest_that_covers():
    """One set, 4 of 8 tasks: t has 0.5 -+ 2.3646 * sqrt(1 / 28)."""
    sets = pd.DataFrame(
        {
            "success_rate": [0.5],
            "se_clustered": [(0.25 / 7) ** 0.5],
            "task_count": [8],
            "cluster_count": [8],
        }
    )
    by_t, wilson, exact = coverage_grid.textbook_intervals(sets)
    assert by_t[1][0] == pytest.approx(0.5 + 2.364624 * (1 / 28) ** 0.5)
    assert exact[0][0] == pytest.approx(beta.ppf(0.025, 3.5, 4.5))
    assert wilson[0][0] == pytest.approx(proportion_confint(3.5, 7, method="wilson")[0])
    # 0.75 is in all three, 0.85 in two, 0.9 in that by t alone, 0.99 in none.
    for rate, (low, high) in [(0.75, wilson), (0.85, exact), (0.9, by_t)]:
        width = coverage_grid.least_width(sets, rate, 0.93)
        assert width == pytest.approx(high[0] - low[0])
    assert np.isnan(coverage_grid.least_width(sets, 0.99, 0.93))


def test_the_tables_are_put_between_their_marks(tables):
    text = coverage_grid.document(*tables)
    start, end = coverage_grid.DOCUMENT_MARKS
    page = coverage_grid.write_document(text, f"a\n{start}\nold\n{end}\nb\n")
    assert page == f"a\n{start}\n\n{text}\n{end}\nb\n"
    assert "a family of 20, 9 tasks | 1 to 9 times |" in page
    with pytest.raises(ValueError, match="the page has no"):
        coverage_grid.write_document(text, "a page without marks")
