"""The simulation of `make soak` in small: every design runs through the views."""

import shutil

import coverage_grid
import duckdb
import pytest
from conftest import DBT, run_in_repository

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


def test_the_tables_are_put_between_their_marks(tables):
    text = coverage_grid.document(*tables)
    start, end = coverage_grid.DOCUMENT_MARKS
    page = coverage_grid.write_document(text, f"a\n{start}\nold\n{end}\nb\n")
    assert page == f"a\n{start}\n\n{text}\n{end}\nb\n"
    assert "a family of 20, 9 tasks | 1 to 9 times |" in page
    with pytest.raises(ValueError, match="the page has no"):
        coverage_grid.write_document(text, "a page without marks")
