"""The report's text, from the sample's views; tests/browser/ opens its page."""

import shutil
from pathlib import Path

import duckdb
import pytest

from plots.__main__ import main
from plots.report.cells import WORDS, cell, columns_of, formatted, visible
from plots.report.page import (
    CellText,
    Data,
    card_of,
    controls_of,
    podium_of,
    query_of,
    reason_of,
    report,
)
from plots.report.sections import CARDS, SECTIONS, Block, Control

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


def report_of(sample_warehouse: Path, folder: Path, source: str) -> str:
    """Return the report of a copy of the sample that holds one source alone."""
    warehouse = folder / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, warehouse)
    set_source(warehouse, f"delete from {{table}} where source <> '{source}'")
    with duckdb.connect(warehouse, read_only=True) as connection:
        return report(connection)


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


def test_a_source_that_is_not_loaded_is_reported_as_missing(
    sample_warehouse: Path, tmp_path: Path
):
    text = report_of(sample_warehouse, tmp_path, "metr")
    frontier = text.split('<article id="published_frontier"')[1].split("</article>")[0]
    assert "Not loaded: no evaluations to rank." in frontier
    assert "chart" not in frontier
    assert "<table" not in frontier
    assert "attempts of metr" in text


def test_an_empty_block_is_one_line_that_names_the_missing_column(
    sample_warehouse: Path, tmp_path: Path
):
    text = report_of(sample_warehouse, tmp_path, "hal")
    part = text.split('<article id="horizons"')[1].split("</article>")[0]
    line = part.split("<summary>")[1].split("</summary>")[0]
    assert "Missing column: attempts.human_minutes." in line
    assert 'id="horizons-title"' in line
    assert "<form" not in part
    assert "attempts of metr" not in text
    introduction = text.split('<div class="introduction">')[1].split("</div>")[0]
    assert "<strong>hal</strong>: " in introduction
    assert "metr" not in introduction


def test_blocks_that_miss_the_same_column_share_a_line(
    sample_warehouse: Path, tmp_path: Path
):
    text = report_of(sample_warehouse, tmp_path, "metr_horizon")
    actions = text.split('<section id="actions"')[1].split("</section>")[0]
    assert actions.count("Missing column: attempts.action_count.") == 1
    line = actions.split("<summary>")[1].split("</summary>")[0]
    for block in next(each for each in SECTIONS if each.name == "actions").blocks:
        assert f'id="{block.name}"' in actions
        assert f'id="{block.name}-title"' in line


def test_a_column_that_another_block_shows_is_not_said_to_be_missing():
    blocks = {block.name: block for block in BLOCKS}
    data = dict.fromkeys(blocks, Data("", ["source"], []))
    loaded = data | {"attempts": Data("", ["source"], [("table",)])}
    for name, reason in {
        "shared_models": "compared models (comparison_models and ",
        "families": "Missing column: attempts.task_family.",
        "grinding": "enough failures",
        "deltas": "enough successes and failures",
    }.items():
        assert "attempts.action_count" in reason_of(blocks[name], data)
        assert reason in reason_of(blocks[name], loaded)
        assert "attempts.action_count" not in reason_of(blocks[name], loaded)


def test_each_source_starts_with_its_own_headline_choice():
    rule = Control("success_rule", can_be_all=False, is_headline=True)
    data = Data(
        "",
        ["source", "success_rule", "is_headline"],
        [
            ("a", "any_credit", False),
            ("a", "reported", True),
            ("b", "any_credit", True),
            ("b", "reported", False),
            ("c", "half_credit", False),
        ],
    )
    started = {}
    for source in "abc":
        controls = (Control("source", (source,)), rule)
        block = Block("rates", "Rates", (), "", "", controls=controls)
        started[source] = controls_of(block, data)[1]["default"]
    assert started == {"a": "reported", "b": "any_credit", "c": "half_credit"}
    words = controls_of(block, data)[1]["values"]
    assert ("reported", "as reported") in words


def test_a_run_of_few_tasks_is_not_among_the_best_three(
    sample_warehouse: Path, tmp_path: Path
):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(sample_warehouse, warehouse)
    with duckdb.connect(warehouse) as connection:
        query = query_of("podium", "")
        benchmark, model = connection.execute(
            f"select benchmark, model from ({query}) "
            "where model_count > 3 and source = 'hal' limit 1"
        ).fetchone()
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main'"
        ).fetchall()
        assert ("evaluations",) in tables
        connection.execute(
            "update evaluations set task_count = 1 where benchmark = ? and model = ?",
            [benchmark, model],
        )
        left = connection.execute(
            f"select model from ({query}) where benchmark = ?", [benchmark]
        ).fetchall()
    assert len(left) == 3
    assert (model,) not in left


def test_the_best_three_have_accuracy_interval_and_dollars():
    names = ["source", "benchmark", "model", "accuracy", "ci_low", "ci_high"]
    data = Data(
        "",
        [*names, "total_cost_usd"],
        [
            ("hal", "gaia", "a", 0.5, 0.25, 0.75, 12.345),
            ("hal", "gaia", "b", 0.25, None, None, None),
            ("hal", "usaco", "a", 1.0, None, None, 0.5),
        ],
    )
    gaia, usaco = podium_of(data)
    assert [row["interval"] for row in gaia] == ["25.0 % to 75.0 %", ""]
    assert [row["total_cost_usd"] for row in gaia] == ["$12.3", "–"]
    assert [row["accuracy"] for row in usaco] == ["100.0 %"]


def test_codes_and_columns_are_words():
    columns = columns_of(["success_rule", "median_action_count"], [("any_credit", 3)])
    assert [column.label for column in columns] == ["success rule", "median actions"]
    shown = cell(columns[0], ("any_credit", 3))
    assert (shown.text, shown.value) == ("any credit", "any_credit")
    hidden = columns_of(["model", "is_headline", "series"], [("a", True, "a")])
    assert [column.name for column in hidden] == ["model"]


def test_every_word_is_of_a_column_that_the_page_asks_for():
    queries = " ".join(
        query_of(name, "metr")
        for block in BLOCKS
        for name in (block.name, *block.lines, "introduction")
    )
    unused = {name for kind in WORDS.values() for name in kind if name not in queries}
    assert unused == set()


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
    rows = [
        *[("a", 0.5, 0.25, 0.75), ("b", 1.0, None, None)],
        *[("c", 0.5, None, 0.75), ("d", 0.5, 0.25, None)],
    ]
    columns = columns_of(names, rows)
    assert [column.label for column in columns] == [
        "agent",
        "success rate",
        "95 % interval",
    ]
    assert cell(columns[2], rows[0]).text == "25.0 % to 75.0 %"
    assert cell(columns[2], rows[0]).key == 0.25
    assert [cell(columns[2], row).text for row in rows[1:]] == [
        *("–", "below 75.0 %", "above 25.0 %")
    ]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("attempt_count", 11639, "11,639"),
        ("success_rate", 0.402, "40.2 %"),
        ("median_delta", -0.75, "−0.75"),
        ("median_delta", 0.0, "0.0"),
        ("mean_action_count", 18.2, "18.20"),
        ("strength", 0.3, "+0.30"),
        ("points", 2326.5, "2326.5"),
        ("p50_minutes", 96.0, "1.6 h"),
        ("overall_win_rate", 0.6471, "0.647"),
        ("is_on_hull", False, "no"),
        ("mean_cost_usd", None, "–"),
        ("mean_cost_usd", 7.654, "$7.65"),
        ("mean_latency_seconds", 90, "1.5 min"),
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
