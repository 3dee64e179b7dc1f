"""Tables of attempts: what each cell becomes, and what is refused."""

import csv
import gzip
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from loaders.__main__ import main
from loaders.contract import unpacked
from loaders.contract.files import OpenFile, open_regular
from loaders.contract.records import FileRefused, Quarantined
from loaders.contract.table_options import TableOptions
from loaders.contract.unpacked import opened
from loaders.formats import recognise
from loaders.table import mapping, reader, sql, user_options
from loaders.table.tables import TABLE_ATTEMPTS, TABLE_COLUMNS, TABLE_FILES

COLUMNS = list(TABLE_ATTEMPTS.types)
HEADER = "task,agent,score,cost,epoch,temperature\n"
ROWS = [
    {"task": "007", "agent": "a", "score": "0.5", "cost": "1.25", "temperature": "0.7"},
    {"task": "1e5", "agent": "b", "score": "1", "cost": None, "temperature": "0.20"},
    {"task": "1e5", "agent": "b", "score": None, "cost": "0", "temperature": "é\n,x"},
]


def options(columns: str = "", **told) -> TableOptions:
    return user_options.with_columns(TableOptions(**told), [columns] if columns else [])


def batches(path: Path, content: str | bytes | None = None, **told) -> list:
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with path.open("rb") as file:
        read = reader.read(OpenFile(file), path=str(path), options=options(**told))
        return list(read)


def read(path: Path, content: str | bytes | None = None, **told):
    """Return the attempts, by column, and the quarantine entries of a file."""
    attempts = [
        batch
        for batch in batches(path, content, **told)
        if batch.table is TABLE_ATTEMPTS
    ]
    rows = [
        dict(zip(COLUMNS, row, strict=True)) for batch in attempts for row in batch.rows
    ]
    for row in rows:
        # Text on its way to DuckDB.
        row["is_success"] = {"true": True, "false": False}.get(
            row["is_success"], row["is_success"]
        )
    return (
        sorted(rows, key=lambda row: row["line"]),
        sorted(
            (entry for batch in attempts for entry in batch.quarantined),
            key=lambda entry: entry.line,
        ),
    )


def one(tmp_path: Path, name: str, cell: str, **told) -> dict | Quarantined:
    """Return what becomes of a row with one cell more, or another one."""
    score = "1" if "decimal" in told else "0.5"
    cells = {"task": "t", "agent": "a", "score": score, name: cell}
    content = "\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n"
    rows, quarantined = read(tmp_path / "x.tsv", content, **told)
    assert len(rows) + len(quarantined) == 1
    return (rows or quarantined)[0]


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
    ("steps", "12.0", "action_count", 12),
    ("steps", "1e+05", "action_count", 100_000),
    ("duration_s", "2.5", "latency_seconds", 2.5),
    ("latency_ms", "2500", "latency_seconds", 2.5),
    ("latency_ms", "31622400000", "latency_seconds", 31_622_400.0),
    ("total_tokens", "7", "total_tokens", 7),
    ("cache_read_tokens", "7", "cache_read_tokens", 7),
    ("started_at", "2025-01-02T03:04:05+02:00", "started_at", "2025-01-02 01:04:05"),
    ("started_at", "2025-01-02T03:04:05.250Z", "started_at", "2025-01-02 03:04:05.25"),
    ("date", "2025-01-02", "started_at", "2025-01-02 00:00:00"),
    ("date", "2025/1/2", "started_at", "2025-01-02 00:00:00"),
    ("date", "2025/1/2 03:04", "started_at", "2025-01-02 03:04:00"),
    ("date", "2025-01-02 03:04:05.5 UTC", "started_at", "2025-01-02 03:04:05.5"),
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
    ("passed", "T", "wrong_type"),
    ("passed", "maybe", "wrong_type"),
    ("cost", "1,234", "wrong_type"),
    ("cost", "$1.25", "wrong_type"),
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


def write_rows(rows: list[dict], form: str, path: Path) -> Path:
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif form == "json":
        path.write_text(json.dumps(rows, indent=1))
    else:
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue())
    if form == "parquet":
        as_csv = path.rename(path.with_suffix(".csv"))
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (from read_csv('{as_csv}', all_varchar = true, delim = ',', "
                f"quote = '\"', escape = '\"')) to '{path}' (format parquet)"
            )
    return path


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
        ("0.0", "unscored"),
        ("None", "unscored"),
        ("-", "error"),
    ],
)
def test_an_error_without_a_score_says_how_an_attempt_ended(tmp_path, error, status):
    content = f"task\tagent\tscore\terror\nt\ta\t\t{error}\n"
    (row,), _ = read(tmp_path / "x.tsv", content)
    assert row["status"] == status


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ('{"score":1,"score":0}', "duplicate_field"),
        ('{"score":1,"more":[{"a":1},{"b":1,"b":2}]}', "duplicate_field"),
        ('{"score":1,"deep":' + "[" * 130 + "]" * 130 + "}", "too_deep"),
        ('{"score":1,"wide":[' + "[]," * 200 + "[]]}", None),
        ('{"score":1,"more":[{"a":1},{"a":2}]}', None),
    ],
)
def test_what_is_inside_of_a_record_is_looked_at(tmp_path, inside, code):
    content = f'{{"task":"t","agent":"a","e":{inside}}}\n'
    content += '{"task":"u","agent":"a","e":{"score":0.25}}\n'
    rows, quarantined = read(tmp_path / "x.jsonl", content, columns="score=e.score")
    assert [entry.reason_code for entry in quarantined] == ([code] if code else [])
    assert [row["task_id"] for row in rows] == (["u"] if code else ["t", "u"])
    assert rows[-1]["score"] == 0.25


def test_columns_of_parquet_that_hold_no_names_are_refused(tmp_path):
    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        for task in ("['t']", "{'id': 't'}", "map{'id': 't'}"):
            connection.execute(
                f"copy (select {task} as task, 'a' as agent, 1 as score) "
                f"to '{path}' (format parquet)"
            )
            with pytest.raises(FileRefused, match="the column task holds lists or"):
                read(path)
        connection.execute(
            "copy (select encode('é') as task, 'a' as agent, 0.25::decimal(30, 20) as "
            "score, timestamptz '2025-01-02 03:04:05+02' as started_at, "
            f"encode('ü') as note) to '{path}' (format parquet)"
        )
    (row,), _ = read(path)
    # Text that its writer did not call so.
    assert (row["task_id"], row["attributes"]) == ("é", '{"note":"ü"}')
    assert (row["score"], row["started_at"]) == (0.25, "2025-01-02 01:04:05")


def test_the_highest_score_is_said_and_makes_percentages_readable(tmp_path):
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
def test_a_comma_counts_where_it_is_said_what_it_is(tmp_path, decimal, cell, value):
    found = one(tmp_path, "cost", cell, decimal=decimal)
    if isinstance(value, str):
        assert found.reason_code == value
    else:
        assert found["cost_usd"] == value


@pytest.mark.parametrize("form", ["jsonl", "json", "parquet", "csv"])
def test_a_number_of_json_has_a_point_whatever_a_comma_is(tmp_path, form):
    values = {"task": "t", "agent": "a", "score": "0,5", "cost": 1.234, "epoch": 7.5}
    columns = ""
    path = tmp_path / "x"
    if form == "csv":
        columns = "cost_usd=more.cost"
        path.write_text(
            'task;agent;score;epoch;more\nt;a;0,5;7.5;"{""cost"": 1.234}"\n'
        )
    elif form == "parquet":
        # A float of 32 bits, and a row that is looked at alone.
        values["task"] = " t"
        frame = pl.DataFrame([values], schema_overrides={"cost": pl.Float32})
        frame.write_parquet(path)
    else:
        path.write_text(json.dumps([values] if form == "json" else values))
    (row,), kept_back = read(path, decimal=",", columns=columns)
    assert kept_back == []
    assert (row["score"], row["cost_usd"], row["attempt"]) == (0.5, 1.234, "7.5")


def test_nan_in_parquet_is_no_value(tmp_path):
    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        # Statistics without NaN, as pyarrow and polars write them.
        pl.DataFrame(
            {
                "task": ["t", "u"],
                "agent": ["a", "a"],
                "score": [float("nan"), 1.0],
                "cost": [float("nan"), 0.5],
                "steps": [float("nan"), 3.0],
            }
        ).write_parquet(path)
        statistics = "select stats_max_value from parquet_metadata(?)"
        found = connection.execute(statistics, [str(path)]).fetchall()
        assert ("1.0",) in found
    (first, second), kept_back = read(path)
    assert kept_back == []
    names = ("score", "cost_usd", "action_count", "status")
    assert [first[name] for name in names] == [None, None, None, "unscored"]
    assert [second[name] for name in names] == [1, 0.5, 3, "scored"]


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


def test_an_agent_that_is_not_named_is_made_of_what_is(tmp_path):
    content = "task,model,harness,effort,score\nt,m,h,high,1\nt,m,,,1\n"
    rows, _ = read(tmp_path / "x.csv", content)
    assert [row["agent"] for row in rows] == ["h m high", "m"]


def test_all_columns_that_may_tell_attempts_apart_do_so_together(tmp_path):
    content = "task,agent,score,epoch,run_id\nt,a,1,1,r\nt,a,1,1,s\nt,a,1,,s\n"
    rows, quarantined = read(tmp_path / "x.csv", content)
    assert [row["attempt"] for row in rows] == ["r/1", "s/1", "s/"]
    assert quarantined == []
    rows, _ = read(tmp_path / "x.csv", columns="attempt=epoch")
    assert [row["attempt"] for row in rows] == ["1", "1"]
    assert rows[0]["attributes"] == '{"run_id":"r"}'


def written(form: str, path: Path) -> Path:
    """Write ROWS in a form."""
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    elif form == "json":
        path.write_text(json.dumps(ROWS, indent=1))
    else:
        values = ", ".join(["(?, ?, ?, ?, ?)"] * len(ROWS))
        cells = [cell for row in ROWS for cell in row.values()]
        names = ", ".join(ROWS[0])
        query = f"from (values {values}) t({names})"
        with duckdb.connect() as connection:
            connection.execute(f"create table t as {query}", cells)
            connection.execute(f"copy t to '{path}' ({form})")
    return path


def test_one_table_gives_the_same_attempts_in_every_form(tmp_path):
    forms = [
        "format csv",
        "format csv, delimiter '\t'",
        "format csv, delimiter ';'",
        "format csv, compression gzip",
        "format csv, compression zstd",
        "format parquet",
        "format json",
        "format json, compression zstd",
        "format json, array true, compression gzip",
        "jsonl",
        "json",
    ]
    results, table_ids = [], set()
    for number, form in enumerate(forms):
        (tmp_path / str(number)).mkdir()
        path = written(form, tmp_path / str(number) / "table")
        with open_regular(str(path)) as file:
            head = opened(OpenFile(file)).head(1_000_000)
        assert recognise(head).name == "table", form
        results.append(read(path))
        table_ids.add(batches(path)[-1].rows[0][2])
    expected = results[0]
    assert [row["task_id"] for row in expected[0]] == ["007", "1e5", "1e5"]
    assert json.loads(expected[0][2]["attributes"]) == {"temperature": "é\n,x"}
    for form, result in zip(forms, results, strict=True):
        assert result == expected, form
    # No column tells attempts apart: then the id of the table does.
    assert len(table_ids) == 1


def test_typed_columns_are_read_as_their_text_is(tmp_path):
    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select '007' as task, 7 as agent, true as passed, 0.7::float as score,
                    12::double as steps, 'nan'::double as cost,
                    timestamptz '2025-01-02 03:04:05+02' as started_at,
                    ['a'] as tags, {{'y': 1}} as nested, 0.1::decimal(3, 2) as rate,
                    'nan'::double as gap, 3 as epoch
            ) to '{path}' (format parquet)
            """
        )
    ((row,), quarantined) = read(path)
    assert quarantined == []
    assert (row["task_id"], row["agent"], row["attempt"]) == ("007", "7", "3")
    assert (row["score"], row["is_success"], row["action_count"]) == (0.7, True, 12)
    assert (row["cost_usd"], row["started_at"]) == (None, "2025-01-02 01:04:05")
    assert json.loads(row["attributes"]) == {
        "nested": {"y": 1},
        "rate": "0.10",
        "tags": ["a"],
    }


def test_a_number_in_json_is_an_id_as_it_is_written(tmp_path):
    content = (
        '{"task": 1e5, "agent": 7, "correct": true, "x": {"y": 1.50}, "z": 2.5}\n'
        '{"task": "1e5", "agent": 7, "correct": 1, "x": null, "z": ""}\n'
        '{"task": 1.50, "agent": 12345678901234567890123, "correct": false}\n'
    )
    (rows, _) = read(tmp_path / "x.jsonl", content)
    assert [row["task_id"] for row in rows] == ["1e5", "1e5", "1.50"]
    assert [row["agent"] for row in rows] == ["7", "7", "12345678901234567890123"]
    assert [row["score"] for row in rows] == [1.0, 1.0, 0.0]
    assert rows[0]["attributes"] == '{"x":{"y":1.5},"z":"2.5"}'
    assert rows[1]["attributes"] is None


def test_a_field_of_the_last_row_counts_as_one_of_the_first(tmp_path):
    content = '{"task": 1, "agent": "a", "score": 1}\n' * 5_000
    content += '{"task": 2, "agent": "a", "score": 1, "cost": 3, "new": 4}\n'
    rows, _ = read(tmp_path / "x.jsonl", content)
    assert (rows[-1]["cost_usd"], rows[-1]["attributes"]) == (3, '{"new":"4"}')


def test_dots_lead_into_json(tmp_path):
    content = '{"task": "t", "agent": "a", "r": {"s.t": 1, "score": 0.25}}\n'
    ((row,), _) = read(tmp_path / "x.jsonl", content, columns="score=r.score")
    assert (row["score"], row["attributes"]) == (0.25, '{"r":{"s.t":1,"score":0.25}}')
    with pytest.raises(FileRefused, match=r"no column 'q\.score'"):
        read(tmp_path / "x.jsonl", columns="score=q.score")


def test_dots_lead_into_lists_of_every_row(tmp_path):
    # The second row is no regular one.
    content = (
        '{"task": "t", "agent": "a", "r": [{"score": 0.25}, {"score": 1}]}\n'
        '{"task": " u", "agent": "a", "r": [{"score": 0.5}, {"score": 1}]}\n'
    )
    rows, _ = read(tmp_path / "x.jsonl", content, columns="score=r.0.score")
    assert [(row["task_id"], row["score"]) for row in rows] == [("t", 0.25), ("u", 0.5)]


def test_a_row_of_any_names_is_shown_where_it_is_refused(tmp_path):
    content = ',task,agent,score,"a ""b""",Note,note\n0,t,a,x,1,2,3\n'
    _, (entry,) = read(tmp_path / "x.csv", content)
    assert json.loads(entry.record_excerpt) == {
        "": "0",
        "task": "t",
        "agent": "a",
        "score": "x",
        'a "b"': "1",
        "Note": "2",
        "note": "3",
    }


def test_names_may_hold_any_character(tmp_path):
    names = ['a "b"', "c/d~e", "f.g", "h'i", "\\", "é ", "$", "0"]
    record = {"task": "t", "agent": "a", "score": 1} | dict.fromkeys(names, "x")
    results = []
    for form in ("csv", "jsonl", "json", "parquet"):
        path = write_rows([record], form, tmp_path / form)
        rows, _ = read(path)
        results.append(json.loads(rows[0]["attributes"]))
    expected = dict.fromkeys(map(str.strip, names), "x")
    assert results[0] == expected
    assert [{k.strip(): v for k, v in found.items()} for found in results] == (
        [expected] * 4
    )


def test_json_that_is_no_record_is_kept_back_with_its_line(tmp_path):
    content = (
        '\ufeff{"task": 1, "agent": "a", "score": 1}\n\n[1]\n{"task": \n'
        '{"task": 1, "task": 2, "agent": "a", "score": 1}\n"x"\n'
        '{"task": 3, "agent": "a", "score": 1}\n'
        + '{"a":' * 200
        + "1"
        + "}" * 200
        + '\n{"task": "\\ud800", "agent": "a", "score": 1}\n'
        '{"task": [1], "agent": "a", "score": 1}\n'
    )
    rows, quarantined = read(tmp_path / "x.jsonl", content)
    assert [row["line"] for row in rows] == [1, 7]
    assert [(entry.line, entry.reason_code) for entry in quarantined] == [
        (3, "not_a_record"),
        (4, "invalid_json"),
        (5, "duplicate_field"),
        (6, "not_a_record"),
        (8, "too_deep"),
        (9, "invalid_json"),
        (10, "wrong_type"),
    ]


@pytest.mark.parametrize("count", [2, 200])
def test_a_row_of_many_lists_is_read_as_one_of_few(tmp_path, count):
    lists = "[" + ",".join(["[1.5]"] * count) + "]"
    content = f'{{"task": "[t", "agent": "{{a", "score": 0.25, "x": {lists}}}\n'
    (row,), quarantined = read(tmp_path / "x.jsonl", content)
    assert not quarantined
    assert (row["task_id"], row["agent"], row["score"]) == ("[t", "{a", 0.25)
    assert row["attributes"] == f'{{"x":{lists}}}'


def test_a_row_of_another_width_is_kept_back_with_its_number(tmp_path):
    lines = [f"t{number},a,1" for number in range(1, 150_001)]
    lines[2], lines[9], lines[140_000] = 't3,"a\nb",1', "t10,a", "t140001,a,1,2"
    content = "task,agent,score\n" + "\n".join(lines) + "\n"
    rows, quarantined = read(tmp_path / "x.csv", content)
    assert [(entry.line, entry.reason_code) for entry in quarantined] == [
        (10, "wrong_width"),
        (140_001, "wrong_width"),
    ]
    assert quarantined[0].record_excerpt == "t10,a"
    assert len(rows) == 149_998
    assert all(row["task_id"] == f"t{row['line']}" for row in rows)


@pytest.mark.parametrize(
    "content",
    [
        "\ufefftask,agent,score\r\nt,a,1\r\n".encode(),
        "task,agent,score\nt,a,1".encode("utf-16"),
        "\ufefftask\tagent\tscore\nt\ta\t1\n".encode("utf-16-be"),
        "\ufeff".encode() + b'[{"task": "t", "agent": "a", "score": 1}]',
        '{"task": "t", "agent": "a", "score": 1}\n'.encode("utf-16"),
        b"task,agent,score\rt,a,1\r",
        b"task,agent,score\r\nt,a,1\n",
        b'"task";"agent";"score"\n"t";"a";"1"\n',
        # Blank lines, and what Excel writes before the header.
        b"\r\n  \r\ntask,agent,score\r\nt,a,1\r\n",
        gzip.compress(b"\n\ntask,agent,score\nt,a,1\n"),
        b"sep=;\r\ntask;agent;score\r\nt;a;1\r\n",
        '\ufeff"sep=\t"\ntask\tagent\tscore\nt\ta\t1\n'.encode("utf-16-le"),
        gzip.compress("\ufeffsep=,\ntask,agent,score\nt,a,1\n".encode()),
        gzip.compress("task,agent,score\nt,a,1\n".encode("utf-16")),
    ],
)
def test_marks_encodings_and_line_ends_do_not_change_a_value(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with open_regular(str(path)) as file:
        head = opened(OpenFile(file)).head(1_000_000)
    assert recognise(head).name == "table"
    ((row,), quarantined) = read(path)
    assert (row["task_id"], row["agent"], row["score"]) == ("t", "a", 1.0)
    assert (row["attributes"], quarantined) == (None, [])


def test_empty_lines_are_no_rows_where_one_is_kept_back(tmp_path):
    content = b'\n\ntask,agent,score,n\n\nt,a,1,"x\n\ny"\n\n\nu,a,1\nv,a,1,\n\n\xe9,a,1,\nw,a,1,\n'
    rows, kept_back = read(tmp_path / "x.csv", content)
    assert {row["task_id"]: row["line"] for row in rows} == {"t": 1, "v": 3, "w": 5}
    assert [(entry.line, entry.reason_code) for entry in kept_back] == [
        (2, "wrong_width"),
        (4, "wrong_encoding"),
    ]
    # In a table of one column an empty line is a row.
    content = b"q\nt\n\n\xe9\nu\n"
    rows, kept_back = read(
        tmp_path / "y.csv", content, columns="task_id=q,agent:=a,score:=1"
    )
    assert {row["task_id"]: row["line"] for row in rows} == {"t": 1, "u": 4}
    assert [(entry.line, entry.reason_code) for entry in kept_back] == [
        (2, "empty_text"),
        (3, "wrong_encoding"),
    ]


def test_a_header_ends_where_its_line_does(tmp_path):
    content = "task,no\u2028te,x\x0by,agent,score\nt,1,2,a,1\n"
    (row,), _ = read(tmp_path / "x.csv", content)
    assert json.loads(row["attributes"]) == {"no\u2028te": "1", "x\x0by": "2"}


def test_lines_before_the_header_are_no_rows(tmp_path):
    content = "\n\nsep=;\ntask;agent;score\nt;a;1\nu;a\nv;a;0\n"
    rows, (entry,) = read(tmp_path / "x.csv", content)
    assert [(row["line"], row["task_id"]) for row in rows] == [(1, "t"), (3, "v")]
    assert (entry.line, entry.reason_code) == (2, "wrong_width")


def test_a_first_column_without_a_name_is_one(tmp_path):
    # As pandas writes the index.
    content = "\ttask\tagent\tscore\n0\tt\ta\t1\n"
    ((row,), quarantined) = read(tmp_path / "x.tsv", content)
    assert (row["task_id"], row["score"], quarantined) == ("t", 1.0, [])
    assert row["attributes"] == '{"":"0"}'


def test_columns_without_names_are_named_by_their_places(tmp_path):
    rows, _ = read(tmp_path / "x.csv", "task,agent,score,,\nt,a,1,,5\n")
    assert json.loads(rows[0]["attributes"]) == {"column 5": "5"}
    with pytest.raises(FileRefused, match="no column is known as a task"):
        batches(tmp_path / "x.csv", "My runs,,\ntask,agent,score\nt,a,1\n")


def test_known_names_tell_what_separates_columns(tmp_path):
    content = 'task,agent,score,"a\tb\tc\td\te"\nt,a,1,x\n'
    ((row,), _) = read(tmp_path / "x.csv", content)
    assert json.loads(row["attributes"]) == {"a\tb\tc\td\te": "x"}


def test_a_row_that_is_no_utf_8_is_kept_back_whatever_its_column(tmp_path):
    content = (
        b'task,agent,score,note\nt,a,1,"x\n\xe9y"\nu,\xe9,0,z\nv,a,0.5,z\nw,a\n'
        b"x,a,1,\xff\ny,a,1,\xff,5\n"
    )
    rows, quarantined = read(tmp_path / "x.csv", content)
    assert [(row["line"], row["task_id"], row["score"]) for row in rows] == [
        (3, "v", 0.5)
    ]
    assert [(entry.line, entry.reason_code) for entry in quarantined] == [
        (1, "wrong_encoding"),
        (2, "wrong_encoding"),
        (4, "wrong_width"),
        (5, "wrong_encoding"),
        (6, "wrong_encoding"),
    ]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_dots_lead_into_json_that_a_text_holds(tmp_path, form):
    rows = [
        {"task": task, "agent": "a", "r": r}
        for task, r in {"t": '{"score": 0.25}', "u": "none", "v": ""}.items()
    ]
    path = write_rows(rows, form, tmp_path / form)
    rows, quarantined = read(path, columns="score=r.score")
    assert [row["score"] for row in rows] == [0.25, None, None]
    assert quarantined == []


@pytest.mark.parametrize(
    ("form", "inside"),
    [
        ("csv", '{"scroe": 1}'),
        ("jsonl", {"scroe": 1}),
        # A text, in which nothing is looked for where the row itself is JSON.
        ("jsonl", '{"score": 1}'),
        ("json", None),
    ],
)
def test_a_field_that_no_row_has_is_no_column(tmp_path, form, inside):
    rows = [{"task": "t", "agent": "a", "score": 1, "r": inside}]
    path = write_rows(rows, form, tmp_path / form)
    with pytest.raises(FileRefused, match=r"cost_usd: no row has r\.score"):
        read(path, columns="cost_usd=r.score")


def test_numbers_that_json_does_not_have_are_null_inside_of_attributes(tmp_path):
    content = (
        '{"task":"t","agent":"a","score":1,'
        '"x":{"y":NaN,"z":[Infinity,-Infinity,0.5],"n":"a:NaN"}}\n'
    )
    ((row,), _) = read(tmp_path / "x.jsonl", content)
    assert row["attributes"] == '{"x":{"y":null,"z":[null,null,0.5],"n":"a:NaN"}}'
    path = tmp_path / "x.parquet"
    duckdb.sql(
        "select 't' as task, 'a' as agent, 1 as score, "
        "{'y': 'nan'::double, 'z': ['-inf'::double, 0.5]} as x"
    ).write_parquet(str(path))
    ((row,), _) = read(path)
    assert row["attributes"] == '{"x":{"y":null,"z":[null,0.5]}}'


@pytest.mark.parametrize(
    "number", [1e-5, 2.5e-5, 0.0001, 1e-7, 123.456, 1e16, 1e22, 0.30000000000000004]
)
def test_a_fraction_is_one_text_in_json_and_parquet(tmp_path, number):
    row = {"task": "t", "agent": "a", "score": 1, "rate": number, "odd": -number}
    pl.DataFrame([row]).write_parquet(tmp_path / "x.parquet")
    (expected,), _ = read(tmp_path / "x.parquet")
    for text in (json.dumps(row), pl.DataFrame([row]).write_ndjson()):
        (found,), _ = read(tmp_path / "x.jsonl", text)
        assert found["attributes"] == expected["attributes"]


def test_nanoseconds_are_cut_off_in_every_form(tmp_path):
    moment = "2025-01-02 03:04:05.123456789"
    rows, _ = read(tmp_path / "x.csv", f"task,agent,score,date\nt,a,1,{moment}\n")
    path = tmp_path / "x.parquet"
    duckdb.sql(
        f"select 't' as task, 'a' as agent, 1 as score, timestamp_ns '{moment}' as date"
    ).write_parquet(str(path))
    more, _ = read(path)
    assert [row["started_at"] for row in rows + more] == [moment[:-3]] * 2


def test_names_of_parquet_are_as_its_writer_wrote_them(tmp_path):
    path = tmp_path / "x.parquet"
    frame = pl.DataFrame(
        {"Task": ["t"], "agent": ["a"], "score": [1], "Note": ["x"], "note": ["y"]}
        | {"s": [{"note": 1, "more": [{"note": 2}]}], "last": ["z"]}
    )
    frame.write_parquet(path)
    ((row,), _) = read(path)
    assert (row["task_id"], row["score"]) == ("t", 1.0)
    assert json.loads(row["attributes"]) == {
        "Note": "x",
        "note": "y",
        "s": {"note": 1, "more": [{"note": 2}]},
        "last": "z",
    }
    frame.rename({"Note": "Score"}).write_parquet(path)
    with pytest.raises(FileRefused, match="'score' and 'Score' may both be score"):
        read(path)


def test_a_second_column_of_one_meaning_is_named(tmp_path):
    content = "task,agent,score,reward,passed,correct,cost\nt,a,1,0,1,1,2\n"
    first, *_ = batches(tmp_path / "x.csv", content)
    told = {name: looks_like for _, name, _, looks_like in first.rows if looks_like}
    assert told == {"reward": "score", "correct": "success"}
    # Who says which one it is, has seen the others.
    first, *_ = batches(tmp_path / "x.csv", columns="score=reward,success=correct")
    assert not any(looks_like for *_, looks_like in first.rows)


@pytest.mark.parametrize(
    ("name", "taken_for", "looks_like"),
    [
        ("Cost ($)", "cost_usd", None),
        ("cost [USD]", "cost_usd", None),
        ("Latency (s)", "latency_seconds", None),
        ("duration (ms)", "latency_ms", None),
        ("Human Time (minutes)", "human_minutes", None),
        ("cost (EUR)", "attributes", "cost_usd"),
        ("latency_minutes", "attributes", "latency_seconds"),
        ("time_s", "attributes", "latency_seconds"),
        ("sometimes", "attributes", None),
    ],
)
def test_a_unit_behind_a_name_is_read(tmp_path, name, taken_for, looks_like):
    first, *_ = batches(tmp_path / "x.csv", f"task,agent,score,{name}\nt,a,1,2\n")
    assert [row[1:] for row in first.rows if row[1] == name] == [
        (name, taken_for, looks_like)
    ]


def test_a_column_is_what_the_user_says(tmp_path):
    content = "question,agent,score,points\nq,a,0,1\n"
    told = "task_id=question,score=points,benchmark:=my set"
    ((row,), _) = read(tmp_path / "x.csv", content, columns=told)
    assert (row["task_id"], row["score"], row["benchmark"]) == ("q", 1.0, "my set")
    assert row["attributes"] == '{"score":"0"}'


def test_what_each_column_was_taken_for_is_told(tmp_path):
    content = "Task,duration,model,reward,tempo\nt,1,m,1,x\n"
    first, *_, last = batches(tmp_path / "x.csv", content, source="mine")
    assert first.table is TABLE_COLUMNS
    assert first.rows == [
        (1, "Task", "task_id", None),
        (2, "model", "model", None),
        (3, "reward", "score", None),
        (4, "duration", "attributes", "latency_seconds"),
        (5, "tempo", "attributes", None),
    ]
    assert last.table is TABLE_FILES
    assert last.rows[0][1] == "mine"


@pytest.mark.parametrize(
    ("content", "told", "code", "words"),
    [
        ("tsk,agent,x\nt,a,1\n", {}, "unusable_columns", "a task or as a score"),
        ("tsk,agent,x\nt,a,1\n", {}, "unusable_columns", "nearest are: tsk, agent"),
        (HEADER, {"columns": "task_id=taks"}, "unusable_columns", "nearest are: task"),
        ("task,agent,score,score\nt,a,1,1\n", {}, "unusable_columns", "two columns"),
        (HEADER, {}, "empty_file", "no row"),
        ('task,agent,score\nt,a,1\nt,a,"1\n', {}, "syntax", ""),
        ('{"task": 1, "agent": ', {}, "syntax", "no line of it is one whole JSON obj"),
        ('[{"task": 1, "agent": ', {}, "syntax", "DuckDB"),
        (b"PAR1 and no more", {}, "syntax", "DuckDB"),
        (b"\xff\xfet\x00a", {}, "wrong_encoding", "UTF-16"),
        ("task,agent,score\nt,a,85\nu,a,1\nv,a,90\n", {}, "score_scale", "2 of 3"),
        ("task,agent,score,Score\nt,a,1,0\n", {}, "unusable_columns", "both be score"),
        ("task,agent,score\nt,a,-1\nu,a,1\nv,a,-1\n", {}, "score_scale", "are below 0"),
        (
            "task,agent,score," + ",".join(map(str, range(2_000))) + "\nt,a,1\n",
            {},
            "too_many_columns",
            "more than 2,000",
        ),
        (
            "".join(
                f'{{"task":"t","agent":"a","score":1,"{n}":1}}\n' for n in range(2_000)
            ),
            {},
            "too_many_columns",
            "more than 2,000",
        ),
        (b'{"task":"\xe9","agent":"a","score":1}', {}, "wrong_encoding", "UTF-8"),
        (b"task,agent,score,n\xe9\nt,a,1,1\n", {}, "wrong_encoding", "the header"),
        ("task,agent,score\nt,a,1".encode("utf-16-le"), {}, "wrong_encoding", "header"),
        ("[]", {}, "syntax", "its array holds no JSON object"),
        ('{"task": 1}{"task": 2}\n', {}, "syntax", "one whole JSON object"),
    ],
)
def test_a_table_that_is_in_doubt_is_refused(tmp_path, content, told, code, words):
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "x.csv", content, **told)
    assert refused.value.reason_code == code
    assert words in refused.value.detail


@pytest.mark.parametrize(
    ("head", "fits"),
    [
        (HEADER, True),
        (HEADER.replace(",", "\t"), True),
        ('[{"task": 1, "model": "m", "passed": true}', True),
        ("task,agent\n", False),
        ("agent,score\n", False),
        ("score,task\n", False),
        ("{" * 100_000, False),
    ],
)
def test_the_usual_names_are_recognised(head, fits):
    assert reader.fits(head) is fits


def test_no_name_is_known_for_two_columns():
    names = [name for known in mapping.KNOWN.values() for name in known.split()]
    assert len(set(map(mapping.plain, names))) == len(names)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("taskid", "is not ours=theirs"),
        ("nothing=task", "nothing is none of ours"),
        ("scor=x", "did you mean score?"),
        ("score=x,Score=y", "score is duplicated"),
    ],
)
def test_what_the_user_says_is_checked(columns, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        options(columns)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("score: a\nscore: b\n", "a name is duplicated"),
        ("score: a\nScore: b\n", "score is duplicated"),
        ("model: {value: a, value: b}\n", "a name is duplicated"),
        ('task_id: a\nsource: "\\u200b"\n', "the source is empty"),
    ],
)
def test_a_mapping_file_does_not_contradict_itself(tmp_path, content, words):
    path = tmp_path / "mapping.yml"
    path.write_text(content)
    with pytest.raises(ValueError, match=words):
        user_options.with_mapping(TableOptions(), str(path))


def test_a_mapping_file_says_columns_constants_and_settings(tmp_path):
    path = tmp_path / "mapping.yml"
    path.write_text(
        "task_id: question\nbenchmark: {value: mine}\nattempt: [run, try]\n"
        "score_max: 10\nsource: lab\nstarted_at: {value: 2025-01-02}\n"
    )
    told = user_options.with_mapping(options("benchmark:=yours"), str(path))
    assert told.score_max == 10
    assert told.source == "lab"
    assert dict(told.columns) == {
        "task_id": "question",
        "benchmark": {"value": "yours"},
        "attempt": ["run", "try"],
        "started_at": {"value": date(2025, 1, 2)},
    }
    mapped = mapping.resolved(["question", "score", "model", "run", "try"], told, "x")
    assert mapped.written("started_at") == "=2025-01-02"
    for text, words in [
        ("- a", "is a list of"),
        ("task: x", "did you mean task_id"),
        ("score: {value: [1]}", "score is the name"),
        ("score_max: 0", "score_max is 0"),
        ("a: [", "cannot be read as YAML"),
        ("benchmark: {file: '('}", "benchmark is the name"),
    ]:
        path.write_text(text)
        with pytest.raises(ValueError, match=words):
            user_options.with_mapping(TableOptions(), str(path))
    with pytest.raises(ValueError, match="no such file"):
        user_options.with_mapping(TableOptions(), str(tmp_path / "none"))


EVERY_EVAL_EVER = {
    "schema_version": "0.3.0",
    "evaluation_id": "e/1",
    "model_id": "lab/m-1",
    "evaluation_name": "sums",
    "sample_id": "s1",
    "interaction_type": "agentic",
    "input": {"raw": "2+2", "reference": ["4"]},
    "evaluation": {"score": 0.5, "is_correct": False, "num_turns": 3},
    "token_usage": {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12},
    "performance": {"latency_ms": 1500},
    "error": None,
}
LM_EVAL = {
    "doc_id": 0,
    "doc": {"question": "2+2"},
    "target": "4",
    "arguments": {"gen_args_0": {"arg_0": "2+2"}},
    "resps": [["4"]],
    "filtered_resps": ["4"],
    "filter": "strict-match",
    "metrics": ["exact_match"],
    "exact_match": 1.0,
}
TAU_BENCH = {"task_id": 0, "reward": 1.0, "info": {}, "traj": [], "trial": 2}


@pytest.mark.parametrize(
    ("name", "records", "expected"),
    [
        (
            "anything.jsonl",
            [
                EVERY_EVAL_EVER,
                EVERY_EVAL_EVER | {"sample_id": "s2", "error": "API timeout"},
            ],
            {
                "task_id": "s1",
                "agent": "lab/m-1",
                "model": "lab/m-1",
                "benchmark": "sums",
                "evaluation": "e/1",
                "score": 0.5,
                "is_success": False,
                "status": "scored",
                "action_count": 3,
                "latency_seconds": 1.5,
                "input_tokens": 10,
                "output_tokens": 2,
                "total_tokens": 12,
            },
        ),
        (
            "samples_gsm8k_2025-01-02T03-04-05.678.jsonl",
            [LM_EVAL, LM_EVAL | {"doc_id": 1, "exact_match": 0.0}],
            {
                "task_id": "0",
                "agent": "lab__m-1",
                "benchmark": "gsm8k/strict-match",
                "score": 1.0,
            },
        ),
        (
            "tool-calling-gpt-4o-0.0_range_0--1_user-gpt-4o-llm_0102030405.json",
            [TAU_BENCH, TAU_BENCH | {"task_id": 1, "reward": 0.0}],
            {
                "task_id": "0",
                "agent": "tool-calling-gpt-4o-0.0",
                "benchmark": "tau-bench/lab__m-1",
                "attempt": "2/gpt-4o-llm_0102030405",
                "score": 1.0,
            },
        ),
    ],
)
def test_presets_are_recognised_and_read(tmp_path, name, records, expected):
    folder = tmp_path / "lab__m-1"
    folder.mkdir()
    content = (
        json.dumps(records)
        if name.endswith(".json")
        else "".join(json.dumps(record) + "\n" for record in records)
    )
    assert recognise(content.encode()).name == "table"
    rows, quarantined = read(folder / name, content)
    assert quarantined == []
    assert len(rows) == 2
    assert rows[0] | expected == rows[0]
    assert batches(folder / name)[-1].rows[0][3] is not None


def test_a_preset_does_without_columns_that_need_not_be_there(tmp_path):
    records = [{k: v for k, v in LM_EVAL.items() if k != "filter"}]
    (row,), _ = read(tmp_path / "samples_arc.jsonl", json.dumps(records[0]))
    assert row["benchmark"] == "arc"
    records = [TAU_BENCH, TAU_BENCH | {"task_id": 1, "reward": 0.0}]
    records[1]["info"] = {"error": "Request timed out"}
    rows, _ = read(tmp_path / "x.json", json.dumps(records))
    assert [(row["score"], row["status"]) for row in rows] == [
        (1.0, "scored"),
        (0.0, "timeout"),
    ]


def test_a_metric_that_differs_between_rows_is_not_guessed(tmp_path):
    records = [LM_EVAL, LM_EVAL | {"metrics": ["acc"], "acc": 1}]
    content = "".join(json.dumps(record) + "\n" for record in records)
    with pytest.raises(FileRefused, match="as a score by the preset lm-eval"):
        read(tmp_path / "samples_x.jsonl", content)
    rows, _ = read(tmp_path / "samples_x.jsonl", columns="score=exact_match")
    assert [row["score"] for row in rows] == [1, 1]


@pytest.mark.parametrize(
    "record",
    [
        {"run_id": "r", "task_id": "t", "model": "m", "score": 1},
        {"task_id": "t", "model": "m", "is_resolved": True, "instruction": "x"},
        {"config": {"a": 1}, "agent_name": "a", "benchmark_name": "b"}
        | {"task_id": "t", "score": 1},
        {"task": "t", "agent": "a", "human_minutes": 3, "action_count": 1, "score": 1},
    ],
)
def test_json_lines_with_our_columns_are_no_other_format(record):
    content = (json.dumps(record) + "\n") * 2
    assert recognise(content.encode()).name == "table"


def test_rows_of_a_megabyte_are_written_some_at_a_time(tmp_path):
    # To check JSON of so many small values takes 25 times its bytes.
    path = tmp_path / "x.jsonl"
    rows = [
        {"task": f"t{number}", "agent": "a", "score": 1, "x": [1] * 330_000}
        for number in range(60)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    db = tmp_path / "x.duckdb"
    assert main([str(path), "--db", str(db)]) == 0
    with duckdb.connect(str(db), read_only=True) as connection:
        found = connection.execute(
            "select task_id, strlen(attributes::varchar) from raw.table_attempts"
        ).fetchall()
    assert sorted(task for task, _ in found) == sorted(row["task"] for row in rows)
    assert all(length > 660_000 for _, length in found)


@pytest.mark.parametrize("most", [1, 300])
def test_long_rows_are_decided_some_at_a_time(tmp_path, monkeypatch, most):
    rows = [
        {"task": f"t{n}", "agent": "a", "score": "50%" if n % 3 else "5", "x": [n] * 9}
        for n in range(40)
    ]
    content = "".join(json.dumps(row) + "\n" for row in rows)
    expected = read(tmp_path / "x.jsonl", content, score_max=100)
    monkeypatch.setattr(reader, "_ODD_BYTES", most)
    assert read(tmp_path / "x.jsonl", content, score_max=100) == expected
    attempts_, _ = expected
    assert [row["score"] for row in attempts_[:3]] == [0.05, 0.5, 0.5]


def test_damaged_rows_of_a_packed_table_are_counted_before_duckdb_is_asked(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(reader, "MAX_REFUSED", 3)
    content = "task,agent,score\nt,a,1\n" + "t,a\n" * 2
    for damaged in ("t,a\n", '"t"x,a,1\n'):
        packed = gzip.compress((content + damaged).encode())
        with pytest.raises(FileRefused, match="3 rows and more") as refused:
            batches(tmp_path / "x.csv.gz", packed)
        assert refused.value.reason_code == "too_many_refused"
    rows, kept_back = read(tmp_path / "x.csv.gz", gzip.compress(content.encode()))
    assert (len(rows), len(kept_back)) == (1, 2)


def test_a_damaged_row_of_utf_16_is_kept_back(tmp_path):
    content = "task,agent,score\nt,a,1\nu,a\nv,a,0\n".encode("utf-16")
    rows, (entry,) = read(tmp_path / "x.csv", content)
    assert [row["task_id"] for row in rows] == ["t", "v"]
    assert (entry.line, entry.reason_code) == (2, "wrong_width")


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_packed_table_that_grows_without_end_is_refused(
    tmp_path, monkeypatch, suffix
):
    monkeypatch.setattr(unpacked, "MOST_BYTES", 10_000)
    row = '{"task":"t","agent":"a","score":1}\n' if suffix == "jsonl" else "t,a,1\n"
    head = "" if suffix == "jsonl" else "task,agent,score\n"
    packed = gzip.compress((head + row * 100_000).encode())
    with pytest.raises(FileRefused) as refused:
        batches(tmp_path / f"x.{suffix}.gz", packed)
    assert refused.value.reason_code == "too_large"


@pytest.mark.parametrize("score", ["[1.5]", "[0.5, 1]", "{'v': 1.5}", "['1']"])
def test_a_list_is_no_score_whatever_is_in_it(tmp_path, score):
    path = tmp_path / "x.parquet"
    with duckdb.connect() as connection:
        connection.sql(
            f"select 't' as task, 'a' as agent, {score} as score"
        ).write_parquet(str(path))
    rows, (kept_back,) = read(path)
    assert (rows, kept_back.reason_code) == ([], "wrong_type")


def test_what_is_said_of_the_same_bytes_makes_them_as_many_files(tmp_path):
    content = "task,score\nt,0\n"
    for folder in ("m1", "m2"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "aime.csv").write_text(content)
    said_of_it = tmp_path / "mapping.yml"
    said_of_it.write_text("model: {folder: 1}\n")
    database = str(tmp_path / "x.duckdb")

    def load(*arguments) -> list[tuple]:
        assert main([*map(str, arguments), "--db", database]) == 0
        with duckdb.connect(database, read_only=True) as connection:
            query = "select source, model from raw.table_attempts order by all"
            return connection.execute(query).fetchall()

    folders = [tmp_path / "m1", tmp_path / "m2"]
    both = [("table", "m1"), ("table", "m2")]
    assert load(*folders, "--mapping", said_of_it) == both
    # Again, and as they are on record.
    assert load(*folders, "--mapping", said_of_it) == both
    assert load(*folders) == both
    # A path holds what was said of it last.
    other = ("--columns", "model:=m", "--source", "lab")
    assert load(tmp_path / "m1", *other) == [("lab", "m"), ("table", "m2")]
    # Where a column tells the benchmark, a copy is known by its bytes.
    plain = "task,model,eval,score\nt,p,e,0\n"
    (tmp_path / "plain.csv").write_text(plain)
    (tmp_path / "copy.csv").write_text(plain)
    found = load(tmp_path / "plain.csv", tmp_path / "copy.csv")
    assert found == [("lab", "m"), ("table", "m2"), ("table", "p")]


def test_copies_that_an_older_loader_knew_by_their_bytes_do_not_count_twice(tmp_path):
    content = "task,agent,score\nt,a,1\nu,a,0\n"
    for name in ("one/gaia.csv", "two/gaia.csv", "two/swe.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    database = str(tmp_path / "x.duckdb")

    def load(*names) -> list[tuple]:
        paths = [str(tmp_path / name) for name in names]
        assert main([*paths, "--db", database]) == 0
        with duckdb.connect(database, read_only=True) as connection:
            query = "select benchmark, task_id from raw.table_attempts order by all"
            return connection.execute(query).fetchall()

    gaia = load("one/gaia.csv")
    assert gaia == [("gaia", "t"), ("gaia", "u")]
    with duckdb.connect(database) as connection:
        by_bytes = hashlib.sha256(content.encode()).hexdigest()[:16]
        for table in ("files", "file_paths", "table_attempts", "table_columns"):
            connection.execute(f"update raw.{table} set file_id = '{by_bytes}'")
        connection.execute("update raw.files set loader_version = 'table 6'")
        for name in ("two/gaia.csv", "two/swe.csv"):
            values = [by_bytes, str(tmp_path / name)]
            connection.execute(
                "insert into raw.file_paths values (?, ?, null, null)", values
            )
    # Another name is another benchmark, and leaves the first one's rows.
    swe = [("swe", "t"), ("swe", "u")]
    assert load("two/swe.csv") == gaia + swe
    assert load("two/gaia.csv") == gaia + swe
    assert load("one", "two") == gaia + swe


@pytest.mark.parametrize("log", ["", "x" * 1_100_000], ids=["not_first", "far_behind"])
def test_a_copy_of_json_lines_that_tell_the_benchmark_is_known(tmp_path, log):
    """Though the first object does not have it, or it comes after a megabyte."""
    first = {"task": "t", "agent": "a", "score": 0, "log": log}
    second = {"task": "u", "agent": "a", "score": 1, "benchmark": "b"}
    if log:
        first["benchmark"] = "b"
    content = "".join(json.dumps(record) + "\n" for record in (first, second))
    database = tmp_path / "x.duckdb"
    for name in ("one.jsonl", "two.jsonl"):
        (tmp_path / name).write_text(content)
        assert main([str(tmp_path / name), "--db", str(database)]) == 0
    with duckdb.connect(database, read_only=True) as connection:
        query = "select benchmark, task_id from raw.table_attempts order by task_id"
        found = connection.execute(query).fetchall()
    assert found == [("b" if log else "one", "t"), ("b", "u")]


@pytest.mark.parametrize("form", ["csv", "utf-16", "jsonl", "parquet"])
def test_the_same_bytes_are_a_benchmark_for_each_name(tmp_path, form):
    def write(name: str, *, tells_benchmark: bool) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        frame = pl.DataFrame({"task": ["t", "u"], "agent": "a", "score": 0})
        if tells_benchmark:
            frame = frame.with_columns(pl.lit("b").alias("Data-Set"))
        if form == "parquet":
            frame.write_parquet(path)
        elif form == "jsonl":
            frame.write_ndjson(path)
        else:
            encoding = "utf-8" if form == "csv" else form
            path.write_text(frame.write_csv(), encoding=encoding)
        return path

    database = str(tmp_path / "x.duckdb")

    def load(*arguments) -> list[tuple]:
        assert main([*map(str, arguments), "--db", database]) == 0
        with duckdb.connect(database, read_only=True) as connection:
            query = "select benchmark, task_id from raw.table_attempts order by all"
            return connection.execute(query).fetchall()

    both = [("gaia", "t"), ("gaia", "u"), ("swe", "t"), ("swe", "u")]
    gaia = write("gaia.run", tells_benchmark=False)
    swe = write("swe.run", tells_benchmark=False)
    assert load(gaia, swe) == both
    # Again, and a copy of the same name in another folder.
    assert load(gaia, swe) == both
    assert load(write("more/gaia.run", tells_benchmark=False)) == both
    # Said of a copy, and then nothing more of it: it stays what was said.
    said = [*both[:2], ("other", "t"), ("other", "u")]
    assert load(swe, "--columns", "benchmark:=other") == said
    swe.touch()
    assert load(swe) == said
    names = [write(f"{name}.run", tells_benchmark=True) for name in ("x", "y")]
    assert load(*names) == [("b", "t"), ("b", "u"), *said]


def test_what_the_user_says_of_a_column_leaves_the_benchmark_to_the_name():
    found = ["task", "agent", "score", "dataset"]
    assert mapping.tells("benchmark", {}, found)
    assert mapping.tells("benchmark", {"benchmark": {"value": "b"}}, [])
    assert not mapping.tells("benchmark", {"benchmark": None}, found)
    assert not mapping.tells("benchmark", {"task_family": "dataset"}, found)
    assert not mapping.tells("benchmark", {"attempt": ["epoch", "dataset"]}, found)
    assert not mapping.tells("benchmark", {}, ["task", "agent", "score"])


def test_each_metric_of_every_eval_ever_is_a_benchmark(tmp_path):
    f1 = {"evaluation": {"score": 0.25, "is_correct": False}}
    records = [
        EVERY_EVAL_EVER | {"evaluation_result_id": "exact_match:test"},
        EVERY_EVAL_EVER | {"evaluation_result_id": "f1:test"} | f1,
        EVERY_EVAL_EVER | {"evaluation_result_id": None},
        # As attempts.py decides: it has blanks around it.
        EVERY_EVAL_EVER | {"evaluation_result_id": None, "sample_id": " s2"},
    ]
    content = "".join(json.dumps(record) + "\n" for record in records)
    rows, _ = read(tmp_path / "x.jsonl", content)
    assert [(row["benchmark"], row["task_id"], row["score"]) for row in rows] == [
        ("sums/exact_match:test", "s1", 0.5),
        ("sums/f1:test", "s1", 0.25),
        ("sums", "s1", 0.5),
        ("sums", "s2", 0.5),
    ]


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("samples_mmlu_v1.0_2025-01-02T03-04-05.678901.jsonl", "mmlu_v1.0"),
        ("samples_arc.json", "arc"),
        ("train.jsonl", "train"),
        ("arc.jsonl.gz", "arc"),
        ("my samples", "my samples"),
    ],
)
def test_the_filters_of_lm_eval_are_benchmarks_whatever_the_file_is_called(
    tmp_path, name, task
):
    records = [LM_EVAL, LM_EVAL | {"filter": "flexible", "exact_match": 0.0}]
    content = json.dumps(records).encode()
    rows, _ = read(tmp_path / name, gzip.compress(content) if "gz" in name else content)
    assert [(row["benchmark"], row["score"]) for row in rows] == [
        (f"{task}/strict-match", 1.0),
        (f"{task}/flexible", 0.0),
    ]


def test_runs_of_tau_bench_do_not_share_their_trials(tmp_path):
    """Of two runs of one agent each counts its trials from 0."""
    folder = tmp_path / "retail"
    folder.mkdir()
    for reward, time in ((1.0, "0102030405"), (0.0, "0102060708")):
        name = f"react-m-0.0_range_0-1_user-u-llm_{time}.json"
        record = TAU_BENCH | {"trial": 0, "reward": reward}
        (folder / name).write_text(json.dumps([record]))
    database = str(tmp_path / "x.duckdb")
    assert main([str(folder), "--db", database]) == 0
    with duckdb.connect(database, read_only=True) as connection:
        query = (
            "select agent, task_id, attempt, score from raw.table_attempts order by all"
        )
        assert connection.execute(query).fetchall() == [
            ("react-m-0.0", "0", "0/u-llm_0102030405", 1),
            ("react-m-0.0", "0", "0/u-llm_0102060708", 0),
        ]
