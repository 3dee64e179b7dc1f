"""`python -m analyses QUESTION`: choices, conditions, and each format."""

import csv
import datetime
import io
import json
from decimal import Decimal

import duckdb
import pytest

from analyses import __main__ as cli
from analyses import formats, questions
from analyses.answers import Answer, answer
from analyses.questions import Question, Refused, ask

COLUMNS = ["model", "rate", "ci_low", "ci_high", "n_tasks", "is_new"]
ROWS = [
    ("a_b & 100%", 0.6234, 0.5512, 0.7034, 1491, True),
    ("m|n", -0.05, -0.13, None, 20, False),
    (None, None, None, None, None, None),
]


@pytest.fixture
def found() -> Answer:
    question = Question("q", "Which?", "", {"success_rule": "full_credit"})
    return Answer(question, COLUMNS, ROWS, ["rate < 1"], [("s_1", 1511, 2)])


def test_the_caption_says_n_and_every_choice(found):
    assert found.caption == (
        "Which? n = 1,511 attempts in 2 evaluations of s_1. "
        "Choices: success_rule = full_credit, where rate < 1."
    )


def test_a_table_prints_the_interval_behind_its_number(found):
    assert formats.as_table(found).splitlines()[:-1] == [
        "| model      |                rate | n_tasks | is_new |",
        "| ---------- | ------------------: | ------: | ------ |",
        "| a_b & 100% |   0.62 [0.55, 0.70] |   1,491 | yes    |",
        "| m|n        | -0.05 [-0.13, none] |      20 | no     |",
        "|            |                     |         |        |",
    ]


def test_latex_is_booktabs_with_every_sign_escaped(found):
    text = formats.as_latex(found)
    assert r"\begin{tabular}{lrrl}" in text
    assert r"model & rate & n tasks & is new \\" in text
    assert r"a\_b \& 100\% & 0.62 [0.55, 0.70] & 1,491 & yes \\" in text
    assert r"m\textbar{}n & $-$0.05 [$-$0.13, none] & 20 & no \\" in text
    assert r"-- & -- & -- & -- \\" in text
    assert r"\caption{Which? n = 1,511 attempts in 2 evaluations of s\_1." in text
    for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\end{table}"):
        assert rule in text


def test_markdown_escapes_what_would_end_a_cell(found):
    lines = formats.as_markdown(found).splitlines()
    assert lines[0].startswith("| model ")
    assert r"a\_b & 100%" in lines[2]
    assert r"m\|n" in lines[3]
    assert lines[-1].startswith("*Which?")


def test_csv_and_json_have_every_column_as_it_is(found):
    read = list(csv.reader(io.StringIO(formats.as_csv(found))))
    assert read[0] == COLUMNS
    assert read[1] == ["a_b & 100%", "0.6234", "0.5512", "0.7034", "1491", "True"]
    assert read[3] == [""] * 6
    document = json.loads(formats.as_json(found))
    assert document["rows"] == [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    assert document["choices"] == {"success_rule": "full_credit"}


def test_json_knows_no_nan_and_writes_dates():
    values = [float("nan"), Decimal("0.5"), datetime.date(2026, 1, 2), float("inf")]
    assert json.loads(formats.to_json(values)) == [None, 0.5, "2026-01-02", None]


@pytest.mark.parametrize(
    ("half_width", "decimals"),
    [(0.075, 2), (0.02, 3), (1.5, 1), (2.0, 1), (4, 0), (120, 0), (0, 2)],
)
def test_decimals_follow_the_interval(half_width, decimals):
    assert formats.decimals_of(half_width) == decimals


def test_intervals_of_other_sizes_have_three_digits():
    rows = [(1161.2, 317.0, 32204.9), (4.0513, 0.3029, 16.04)]
    assert formats.with_intervals(rows, 0, 1, 2) == [
        "1,161 [317, 32,205]",
        "4.05 [0.303, 16.0]",
    ]


def test_minus_nothing_is_nothing():
    assert formats.number(-0.0004, 2) == "0.00"
    assert formats.number(-0.006, 2) == "-0.01"


def test_a_setting_is_put_into_the_sql():
    usual = ask("which_leaders_are_tied", {})
    assert usual.choices == {"success_rule": "headline", "population": "capability"}
    asked = ask("which_leaders_are_tied", {"success_rule": "it's"})
    assert "success_rule = 'it''s'" in asked.sql
    number = ask("which_model_has_the_longest_horizon", {"regularisation": "1e-5"})
    assert "cast(1e-05 as double)" in number.sql


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("which_modl_wins", {}, "Did you mean which_model_wins?"),
        ("is_there_an_action_limit", {"rule": "x"}, "there is none here"),
        ("which_leaders_are_tied", {"rule": "x"}, "Did you mean success_rule?"),
        (
            "which_model_has_the_longest_horizon",
            {"regularisation": "small"},
            "not a number",
        ),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest(name, settings, message):
    with pytest.raises(Refused, match=message.replace("?", r"\?")):
        ask(name, settings)


@pytest.mark.parametrize("text", ["success_rule", "=x", "a=", "a b=c"])
def test_a_setting_is_a_name_and_a_value(text):
    with pytest.raises(Refused, match="write name=value"):
        questions.parse_setting(text)
    assert questions.parse_setting("a = b=c ") == ("a", "b=c")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute(
        """
        create table source_totals as
        select * from (values ('s', 7, 2), ('t', 9, 3))
            as rows (source, attempt_count, evaluation_count);
        create table attempt_successes as select 'full_credit' as success_rule;
        """
    )
    return made


def test_a_condition_keeps_rows_and_n_counts_their_sources(connection):
    sql = "select * from (values ('s', 1), ('t', 2)) as x (source, a) order by a"
    question = Question("q", "Which?", sql, {})
    assert answer(connection, question, []).sizes == [("s", 7, 2), ("t", 9, 3)]
    kept = answer(connection, question, ["a > 1", "source <> 's' -- or"])
    assert kept.rows == [("t", 2)]
    assert kept.sizes == [("t", 9, 3)]
    with pytest.raises(Refused, match="The columns are: source, a"):
        answer(connection, question, ["b = 1"])


def test_a_value_that_nothing_has_is_refused(connection):
    question = Question("q", "Which?", "select 1", {"success_rule": "fullcredit"})
    with pytest.raises(Refused, match="Did you mean full_credit"):
        answer(connection, question, [])


def test_without_arguments_the_questions_are_listed(capsys):
    assert cli.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(questions.names()) + 1
    assert any(line.startswith("which_model_wins   ") for line in lines)
    assert all(
        question.endswith("?")
        for question in map(questions.question_of, questions.names())
    )


def test_exit_codes(tmp_path, capsys):
    assert cli.main(["which_model_wins", "--db", str(tmp_path / "none")]) == 2
    assert "no such warehouse" in capsys.readouterr().err
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(empty).close()
    assert cli.main(["which_model_wins", "--db", str(empty)]) == 2
    assert "Refresh them: dbt build" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        cli.main(["which_model_wins", "--format", "pdf"])
    assert ended.value.code == 2
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    assert "example: python -m analyses which_model_wins" in capsys.readouterr().out
