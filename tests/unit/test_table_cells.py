"""Tables of attempts: what each cell becomes, and which are kept back."""

import json

import duckdb
import pytest
from attempt_tables import COLUMNS, one, read, write_rows

from loaders.contract.records import FileRefused, Quarantined
from loaders.table import sql


def test_a_row_is_an_attempt_and_what_is_not_known_an_attribute(tmp_path):
    content = (
        "Task ID;agent_name;Is-Correct;Total Cost;prompt tokens;seed;error;note\n"
        '007;a;true;0.5;1e+05;1;;"two\nlines"\n'
        "1e5;a;;NA;12;2;Timed out after 3 s;\n"
    )
    rows, quarantined = read(tmp_path / "mine.v2.csv", content, source="s")
    assert quarantined == []
    first, second = rows
    assert first == dict.fromkeys(COLUMNS) | {
        "line": 1,
        "source": "s",
        "benchmark": "mine",
        "evaluation": "",
        "task_id": "007",
        "agent": "a",
        "model": "a",
        "scaffold": "unknown",
        "effort": "unknown",
        "population": "capability",
        "attempt": "1",
        "score": 1.0,
        "is_success": True,
        "status": "scored",
        "input_tokens": 100_000,
        "cost_usd": 0.5,
        "attributes": '{"note":"two\\nlines"}',
    }
    assert (second["task_id"], second["attempt"]) == ("1e5", "2")
    assert (second["score"], second["status"]) == (None, "timeout")
    assert (second["cost_usd"], second["is_success"]) == (None, None)
    assert json.loads(second["attributes"]) == {"error": "Timed out after 3 s"}


READ = [
    ("score", "TRUE", "score", 1.0),
    ("score", "false", "score", 0.0),
    # As a spreadsheet writes them in other languages.
    ("score", "WAHR", "score", 1.0),
    ("score", "FAUX", "score", 0.0),
    ("passed", "VERO", "is_success", True),
    ("passed", "Falsch", "is_success", False),
    ("passed", "FALSO", "is_success", False),
    ("score", "1e-1", "score", 0.1),
    ("score", ".25", "score", 0.25),
    ("score", "+0.5", "score", 0.5),
    ("score", "nan", "score", None),
    ("score", "None", "score", None),
    ("score", "#N/A", "score", None),
    ("score", " ", "score", None),
    ("passed", "0", "is_success", False),
    ("passed", "0", "score", 0.5),
    ("passed", "0.5", "is_success", None),
    ("passed", "Yes", "score", 0.5),
    ("passed", "Yes", "is_success", True),
    ("passed", "fail", "is_success", False),
    ("passed", "Incorrect", "is_success", False),
    ("passed", "T", "is_success", True),
    ("passed", "f", "is_success", False),
    ("passed", "n", "is_success", False),
    ("passed", "Y", "is_success", True),
    ("steps", "12.0", "action_count", 12),
    ("steps", "1e+05", "action_count", 100_000),
    ("duration_s", "2.5", "latency_seconds", 2.5),
    ("latency_ms", "2500", "latency_seconds", 2.5),
    ("latency_ms", "31622400000", "latency_seconds", 31_622_400.0),
    # A cost is in US dollars.
    ("cost", "$1.25", "cost_usd", 1.25),
    ("cost", "0.5 $", "cost_usd", 0.5),
    ("cost", "1e-2 USD", "cost_usd", 0.01),
    ("total_tokens", "7", "total_tokens", 7),
    ("cache_read_tokens", "7", "cache_read_tokens", 7),
    ("started_at", "2025-01-02T03:04:05+02:00", "started_at", "2025-01-02 01:04:05"),
    ("started_at", "2025-01-02T03:04:05.250Z", "started_at", "2025-01-02 03:04:05.25"),
    ("date", "2025-01-02", "started_at", "2025-01-02 00:00:00"),
    ("date", "2025/1/2", "started_at", "2025-01-02 00:00:00"),
    ("date", "2025/1/2 03:04", "started_at", "2025-01-02 03:04:00"),
    ("started_at", "2025-01-02 03:04:05.5 UTC", "started_at", "2025-01-02 03:04:05.5"),
    # As Snowflake, git and PostgreSQL write offsets.
    (
        "started_at",
        "2025-01-02 03:04:05.500 -0700",
        "started_at",
        "2025-01-02 10:04:05.5",
    ),
    ("started_at", "2025-01-02 03:04:05 +0200", "started_at", "2025-01-02 01:04:05"),
    ("date", "2025-01-02 03:04:05+00", "started_at", "2025-01-02 03:04:05"),
    ("timestamp", "1734070031", "started_at", "2024-12-13 06:07:11"),
    ("timestamp", "1734070031500", "started_at", "2024-12-13 06:07:11.5"),
    ("error", "boom", "status", "scored"),
    ("status", "Error", "status", "error"),
    ("status", "token limit", "status", "limit"),
    ("exception", "False", "status", "scored"),
    ("exception", "it timed out", "status", "timeout"),
    ("status", "RateLimitError: 429", "status", "scored"),
    ("status", "rate limit, then the token limit", "status", "limit"),
    ("status", "Expecting ',' delimiter", "status", "scored"),
    ("scaffold", "x", "agent", "a"),
    ("harness", "NaN", "scaffold", "unknown"),
    ("population", "safety", "population", "safety"),
    ("population", "perturbed", "population", "perturbed"),
    ("evaluation_id", "e 1", "evaluation", "e 1"),
    # As of every format: letters composed, blanks plain and none around.
    ("task", " t", "task_id", "t"),
    ("task", "t \x0b", "task_id", "t"),
    ("task", "cafe\u0301", "task_id", "caf\u00e9"),
    ("task", "\u30d5\u3099", "task_id", "\u30d6"),
    ("task", "\u52c7\u6c14 7", "task_id", "\u52c7\u6c14 7"),
    ("agent", "a\u00a0b\u202f", "agent", "a b"),
    ("agent", "\ufeff\u200ba\u2060", "agent", "a"),
    ("agent", "e\u200de", "agent", "e\u200de"),
    ("epoch", "\u30001\u3000", "attempt", "1"),
    ("agent", "\u0301a", "agent", "\u0301a"),
    ("score", "\\N", "score", None),
    ("score", "#NA", "score", None),
]


@pytest.mark.parametrize(("name", "cell", "column", "value"), READ)
def test_a_cell_is_read_as_it_is_meant(tmp_path, name, cell, column, value):
    assert one(tmp_path, name, cell)[column] == value


REFUSED = [
    ("score", "85%", "score_out_of_range"),
    ("score", "1.5", "score_out_of_range"),
    ("score", "-0.1", "score_out_of_range"),
    ("score", "yes", "wrong_type"),
    ("score", "0,5", "wrong_type"),
    ("score", "inf", "wrong_type"),
    ("score", "1e999", "not_finite"),
    ("score", "1_0", "wrong_type"),
    ("passed", "2", "score_out_of_range"),
    ("passed", "ok", "wrong_type"),
    ("passed", "maybe", "wrong_type"),
    ("cost", "1,234", "wrong_type"),
    ("cost", "€1.25", "wrong_type"),
    ("cost", "$1,25", "wrong_type"),
    ("cost", "$", "wrong_type"),
    ("cost", "1.25 EUR", "wrong_type"),
    ("cost", "$-1", "cost_negative"),
    ("score", "$1", "wrong_type"),
    ("cost", "-1", "cost_negative"),
    ("cost", "1_000", "wrong_type"),
    ("steps", "1.5", "count_fractional"),
    ("steps", "1e13", "value_too_large"),
    ("duration_s", "-1", "seconds_negative"),
    ("latency_ms", "31622400001", "value_too_large"),
    ("human_minutes", "0", "human_minutes_not_positive"),
    ("date", "45658", "wrong_type"),
    ("date", "20250102", "wrong_type"),
    ("date", "01/02/2025", "wrong_type"),
    ("date", "2025-02-30", "wrong_type"),
    # A day with an offset has no time, as 02:00 would be.
    ("started_at", "2025-01-02+02:00", "wrong_type"),
    ("date", "2025-01-02-0700", "wrong_type"),
    ("started_at", "2025-01-02 -0700", "wrong_type"),
    ("date", "2025-01-02T03:04:05+25:00", "wrong_type"),
    ("date", "0001-01-01", "wrong_type"),
    ("date", "1900-01-00", "wrong_type"),
    ("date", "9999-12-31T23:59:59-23:00", "wrong_type"),
    ("date", "infinity", "wrong_type"),
    ("population", "mine", "unknown_population"),
    ("task", " ", "empty_text"),
    ("task", "nan", "empty_text"),
    ("task", "\u200b", "empty_text"),
    ("task", "\u3164\u2800", "empty_text"),
    ("agent", "\u00a0", "empty_text"),
    ("agent", "\u200b\u00a0\u0301", "empty_text"),
    ("agent", "None", "empty_text"),
    ("epoch", "", "empty_text"),
]


# The name is ours, of which several columns may be parts.
TOO_LONG = [
    ("task", "x" * 1_001, "text_too_long"),
    ("epoch", "é" * 501, "text_too_long"),
]


@pytest.mark.parametrize(("name", "cell", "code"), REFUSED)
def test_what_could_mean_two_things_is_refused_by_name(tmp_path, name, cell, code):
    entry = one(tmp_path, name, cell)
    assert isinstance(entry, Quarantined)
    assert (entry.line, entry.reason_code) == (1, code)
    assert name in entry.detail
    assert cell.strip() in entry.record_excerpt


@pytest.mark.parametrize(("name", "cell", "code"), TOO_LONG)
def test_a_text_that_is_too_long_is_kept_back(tmp_path, name, cell, code):
    entry = one(tmp_path, name, cell)
    assert isinstance(entry, Quarantined)
    assert (entry.line, entry.reason_code) == (1, code)
    assert cell[:400] in entry.record_excerpt


@pytest.mark.parametrize("form", ["csv", "jsonl", "json", "parquet"])
@pytest.mark.parametrize("told", [{}, {"score_max": 100}, {"decimal": ","}])
def test_many_rows_at_a_time_are_read_as_each_by_itself(
    tmp_path, monkeypatch, form, told
):
    values: dict[str, list[str]] = {"task": ["t"], "agent": ["a"], "score": ["1"]}
    for name, cell, *_ in READ + REFUSED + TOO_LONG:
        values.setdefault(name, []).append(cell)
    values["score"] += ["85%", "0.5", "12,5%", "1.5%", "%", "1e2"]
    values["cost"] += ["1.234,5", "1.5", "3", ",5", "1,2,3"]
    values["started_at"] += ["2025-01-02T24:00:00", "2025-01-02T23:59:60"]
    base = {name: cells[0] for name, cells in values.items()} | {"epoch": "1"}
    base |= {"passed": "", "date": "", "exception": "", "error": "", "population": ""}
    base |= {"cost": "1", "duration_s": "2", "steps": "12"}
    base |= {"timestamp": "", "human_minutes": "1", "status": "", "note": "x"}
    # One name for each of ours, or the first would hide the others.
    for name in ("date", "timestamp", "exception", "latency_ms"):
        base.pop(name, None)
    rows = [
        base | {name: cell, "epoch": f"{number}"}
        for name, cells in values.items()
        for number, cell in enumerate(cells)
        if name in base
    ]
    path = write_rows(rows, form, tmp_path / "table")
    expected_count = len(rows)
    with monkeypatch.context() as patched:
        patched.setattr(sql._Row, "flag", lambda _self: "true")
        one_by_one = read(path, **told)
    many = read(path, **told)
    assert sum(map(len, many)) == expected_count
    assert len(many[0]) > 20
    assert len(many[1]) > 10
    for each, alone in zip(many, one_by_one, strict=True):
        for row, expected in zip(each, alone, strict=True):
            assert row == expected


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("delimiter expected", "error"),
        ("Rate limit exceeded", "error"),
        ("rate_limit", "error"),
        ("token_limit", "limit"),
        ("TIMED_OUT", "timeout"),
        ("timed-out", "timeout"),
        ("TimedOut", "timeout"),
        ("time-out after 600 s", "timeout"),
        ("it ran for a long time out of memory", "error"),
        ("[]", "unscored"),
        ("{}", "unscored"),
        ("No", "unscored"),
        ("FALSCH", "unscored"),
        ("0.0", "unscored"),
        ("None", "unscored"),
        ("-", "error"),
    ],
)
def test_an_error_without_a_score_says_how_an_attempt_ended(tmp_path, error, status):
    content = f"task\tagent\tscore\terror\nt\ta\t\t{error}\n"
    (row,), _ = read(tmp_path / "x.tsv", content)
    assert row["status"] == status


def test_score_max_makes_percentages_readable(tmp_path):
    assert one(tmp_path, "score", "85%", score_max=100)["score"] == 0.85
    assert one(tmp_path, "score", "3", score_max=4)["score"] == 0.75
    assert one(tmp_path, "score", "5", score_max=4).reason_code == "score_out_of_range"
    # A verdict is yes or no, whatever the scale of the score.
    assert one(tmp_path, "passed", "1", score_max=4)["is_success"] is True


@pytest.mark.parametrize(
    ("decimal", "cell", "value"),
    [
        (",", "0,5", 0.5),
        (",", "1.234,5", 1234.5),
        (",", "1.234.567", 1234567),
        (",", "7", 7),
        (",", "0.5", "wrong_type"),
        (",", "0.125", "wrong_type"),
        (",", "1.23,5", "wrong_type"),
        (".", "1,234.5", 1234.5),
        (".", "1,234,567", 1234567),
        (".", "0,5", "wrong_type"),
        (".", "12,34", "wrong_type"),
        (".", "0,125", "wrong_type"),
    ],
)
def test_a_comma_counts_only_if_the_user_says_what_it_is(
    tmp_path, decimal, cell, value
):
    found = one(tmp_path, "cost", cell, decimal=decimal)
    if isinstance(value, str):
        assert found.reason_code == value
    else:
        assert found["cost_usd"] == value


@pytest.mark.parametrize(
    ("rare", "other", "rare_count", "told", "words"),
    [
        # All who succeed would be kept back.
        ("100", "0", 5, {}, "5 of 105 scores are above the highest"),
        ("85%", "0", 5, {}, "5 of 105 scores are percentages"),
        ("20", "0", 5, {"score_max": 10}, "5 of 105 scores are above the highest"),
        # All who fail would be.
        ("-1", "1", 5, {}, "5 of 105 scores are below 0"),
        ("-1", "10", 5, {"score_max": 10}, "5 of 105 scores are below 0"),
        # The others show the scale.
        ("1.2", "1", 5, {}, None),
        ("-1", "0", 5, {}, None),
        ("100", "0", 1, {}, None),
    ],
)
def test_a_score_of_0_or_1_does_not_show_the_scale(
    tmp_path, rare, other, rare_count, told, words
):
    cells = [rare] * rare_count + [other] * 100
    content = "task,agent,score\n"
    content += "".join(f"t{at},a,{cell}\n" for at, cell in enumerate(cells))
    if words is None:
        rows, kept_back = read(tmp_path / "x.csv", content, **told)
        assert (len(rows), len(kept_back)) == (100, rare_count)
        return
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "x.csv", content, **told)
    assert refused.value.reason_code == "score_scale"
    assert words in refused.value.detail


@pytest.mark.parametrize(
    ("cell", "told", "words"),
    [
        ("-5", {"score_max": 100}, "'-5' and below 0;"),
        ("105", {"score_max": 100}, "'105' and above 100;"),
        ("1.5", {}, "'1.5' and above 1 without the option --score-max;"),
        ("85%", {"score_max": 10}, "'85%' without --score-max 100;"),
    ],
)
def test_a_score_that_is_kept_back_says_why(tmp_path, cell, told, words):
    assert words in one(tmp_path, "score", cell, **told).detail


@pytest.mark.parametrize(
    ("name", "cell", "words"),
    [
        ("passed", "ok", "passed is 'ok', none of true, false, yes, y, t, pass, "),
        (
            "duration_s",
            "0:01:30",
            "point; `--columns latency_seconds=` leaves the colu",
        ),
    ],
)
def test_a_value_that_is_kept_back_says_what_to_do(tmp_path, name, cell, words):
    assert words in one(tmp_path, name, cell).detail


@pytest.mark.parametrize(
    ("cell", "is_said"),
    [
        ("0,5", True),
        ("1.234,5", True),
        ("€1,25", True),
        ("12.5 s", True),
        ("12 345", True),
        ("yes", False),
        ("3/5", False),
        ('{"acc": 0.5}', False),
        ("see a.txt", False),
    ],
)
def test_the_decimal_sign_is_asked_about_where_there_may_be_one(
    tmp_path, cell, is_said
):
    detail = one(tmp_path, "cost", cell).detail
    assert "not a number with a point" in detail
    assert ("--decimal" in detail) is is_said


@pytest.mark.parametrize("score", ["[1.5]", "[0.5, 1]", "{'v': 1.5}", "['1']"])
def test_a_list_is_no_score_whatever_is_in_it(tmp_path, score):
    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.sql(
            f"select 't' as task, 'a' as agent, {score} as score"
        ).write_parquet(str(path))
    rows, (kept_back,) = read(path)
    assert (rows, kept_back.reason_code) == ([], "wrong_type")


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_verdicts_out_of_more_than_1(tmp_path, suffix):
    """Without a score beside them; a word or a boolean is a verdict as it is."""

    def scores(verdicts: list, **told) -> list[tuple]:
        rows = [
            {"task": f"t{at}", "agent": "a", "success": verdict}
            for at, verdict in enumerate(verdicts)
        ]
        path = write_rows(rows, suffix, tmp_path / f"x.{suffix}")
        made, quarantined = read(path, **told)
        assert quarantined == []
        return [(row["score"], row["is_success"]) for row in made]

    found = [(1, True), (0.5, None), (0.01, None), (0, False)]
    assert scores([100, 50, 1, 0], score_max=100) == found
    found = [(1, True), (0.5, None), (1, True), (0, False)]
    assert scores(["100%", "50 %", "passed", "FALSE"], score_max=100) == found
    assert scores([0, 0], score_max=100) == [(0, False), (0, False)]
    # Either these are not percentages, or the option is for another table.
    with pytest.raises(FileRefused, match="no success is above 1") as refused:
        scores([1, 0], score_max=100)
    assert refused.value.reason_code == "score_scale"


def test_a_verdict_with_a_score_has_no_scale(tmp_path):
    content = "task,agent,score,success\nt,a,50,1\nu,a,100,0\n"
    rows, quarantined = read(tmp_path / "x.csv", content, score_max=100)
    assert quarantined == []
    assert [(row["score"], row["is_success"]) for row in rows] == [
        (0.5, True),
        (1.0, False),
    ]
