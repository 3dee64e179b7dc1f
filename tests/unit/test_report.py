"""The report's text, from the sample's views; tests/browser/ opens its page."""

import shutil
from pathlib import Path

import duckdb
import pytest

from plots.__main__ import main
from plots.report.cells import cell, columns_of, formatted, visible
from plots.report.page import CellText, Data, card_of, report
from plots.report.sections import CARDS, SECTIONS

BLOCKS = [block for section in SECTIONS for block in section.blocks]


def set_source(warehouse: Path, statement: str, *values: str) -> None:
    """Change every table of the views that names a source."""
    with duckdb.connect(warehouse) as connection:
        for (table,) in connection.execute(
            "select distinct schema_name || '.' || table_name "
            "from duckdb_columns() inner join "
            "duckdb_tables() using (schema_name, table_name) "
            "where schema_name in ('main', 'intermediate') and column_name = 'source'"
        ).fetchall():
            connection.execute(statement.format(table=table), values)


def test_the_same_warehouse_gives_the_same_bytes(
    sample_report: Path, sample_views: duckdb.DuckDBPyConnection
):
    assert report(sample_views) == sample_report.read_text(encoding="utf-8")


def test_every_block_says_its_choices_and_its_query(sample_report: Path):
    text = sample_report.read_text(encoding="utf-8")
    for block in BLOCKS:
        part = text.split(f'<article id="{block.name}"')[1].split("</article>")[0]
        assert '<p class="choices">' in part, block.name
        assert "<pre " in part, block.name
        for view in block.views:
            assert f"<code>{view}</code>" in part, block.name


def test_a_source_that_is_not_loaded_is_said_to_be_missing(
    sample_warehouse: Path, tmp_path: Path
):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, warehouse)
    set_source(warehouse, "delete from {table} where source <> 'metr'")
    with duckdb.connect(warehouse, read_only=True) as connection:
        text = report(connection)
    frontier = text.split('<article id="published_frontier"')[1].split("</article>")[0]
    assert "Not loaded: no evaluations to rank." in frontier
    assert "chart" not in frontier
    assert "<table" not in frontier
    assert "METR attempts" in text


def test_an_empty_block_is_one_line_that_names_the_missing_column(
    sample_warehouse: Path, tmp_path: Path
):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, warehouse)
    set_source(warehouse, "delete from {table} where source <> 'hal'")
    with duckdb.connect(warehouse, read_only=True) as connection:
        text = report(connection)
    part = text.split('<article id="horizons"')[1].split("</article>")[0]
    line = part.split("<summary>")[1].split("</summary>")[0]
    assert "Missing column: attempts.human_minutes." in line
    assert 'id="horizons-title"' in line
    assert "<form" not in part
    assert "METR attempts" not in text
    introduction = text.split('<div class="introduction">')[1].split("</div>")[0]
    assert "<strong>hal</strong>: " in introduction
    assert "metr" not in introduction


def rates(*rows: tuple[str, str, float, int]) -> Data:
    """Win rates by best accuracy: coverage, model, rate, benchmarks."""
    names = ["source", "basis", "coverage", "model", "overall_win_rate"]
    return Data(
        "",
        [*names, "benchmark_count", "comparisons"],
        [
            ("hal", "max_accuracy", coverage, model, rate, benchmarks, 1)
            for coverage, model, rate, benchmarks in rows
        ],
    )


def test_no_card_calls_a_model_first_that_ran_one_of_many_benchmarks():
    overall, shared = [card for card in CARDS if card.block == "win_rates"]
    data = rates(
        ("all", "narrow", 1.0, 1),
        ("all", "broad", 0.5, 3),
        ("all", "broadest", 0.25, 5),
        ("shared", "narrow", 1.0, 1),
    )
    card = card_of(overall, data)
    assert card["label"].startswith("win rate of broad, first")
    assert card["context"] == "n = 1 comparison on 3 benchmarks · source hal"
    assert card_of(shared, data) is None
    data = rates(("all", "a", 1.0, 1), ("shared", "a", 1.0, 1))
    assert card_of(shared, data)["label"] == (
        "win rate of a, first on the 1 benchmark that all models ran"
    )


def test_cards_say_nothing_of_a_study():
    for card in CARDS:
        said = f"{card.label} {card.context}"
        assert "study" not in said
        assert "as published" not in said


def test_a_number_takes_its_noun():
    assert f"{CellText('1'):family}" == "1 family"
    assert f"{CellText('0'):family}" == "0 families"
    assert f"{CellText('1,002'):task}" == "1,002 tasks"
    assert f"{CellText('1.0 h')}" == "1.0 h"


def test_a_query_that_its_limit_may_have_cut_is_known():
    assert Data("from agents limit 2", ["agent"], [("a",), ("b",)]).is_cut
    assert not Data("from agents limit 2", ["agent"], [("a",)]).is_cut
    assert not Data("from agents", ["agent"], [("a",)]).is_cut


def test_hidden_marks_are_shown_and_other_letters_are_left():
    assert visible("a\u202eb\x07") == r"a\u202eb\x07"
    assert visible("naïve 模型 x_1") == "naïve 模型 x_1"
    assert visible("") == "''"
    assert visible(None) is None


def test_both_ends_of_an_interval_stand_in_one_cell():
    names = ["agent", "success_rate", "ci_low", "ci_high"]
    rows = [("a", 0.5, 0.25, 0.75), ("b", 1.0, None, None)]
    columns = columns_of(names, rows)
    assert [column.label for column in columns] == [
        "agent",
        "success rate",
        "95 % interval",
    ]
    assert cell(columns[2], rows[0]).text == "25.0 % to 75.0 %"
    assert cell(columns[2], rows[0]).key == 0.25
    assert cell(columns[2], rows[1]).text == "–"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("attempt_count", 11639, "11,639"),
        ("success_rate", 0.402, "40.2 %"),
        ("median_delta", -0.75, "−0.75"),
        ("median_delta", 0.0, "0.0"),
        ("p50_minutes", 96.0, "1.6 h"),
        ("overall_win_rate", 0.6471, "0.647"),
        ("is_on_hull", False, "no"),
        ("mean_cost_usd", None, "–"),
        ("sign_test_p", 0.0001, "< 0.001"),
    ],
)
def test_a_number_is_printed_in_its_unit(name: str, value, text: str):
    assert formatted(name, value) == text


def test_an_unwritable_report_is_refused(
    sample_warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "report.html"
    assert main(["report", "--out", str(out), "--db", str(sample_warehouse)]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_the_real_report_is_below_eight_megabytes(
    real_views: duckdb.DuckDBPyConnection,
):
    text = report(real_views)
    assert len(text.encode()) < 8_000_000
    assert "11,639" in text
    assert "Made-up data" not in text
