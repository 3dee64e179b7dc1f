"""Tables of attempts: what each cell becomes, and what is refused."""

import json
from pathlib import Path

import duckdb
import pytest

from loaders.contract.files import OpenFile
from loaders.contract.records import FileRefused, Quarantined
from loaders.formats import recognise
from loaders.table import mapping, reader
from loaders.table.tables import TABLE_ATTEMPTS, TABLE_COLUMNS

COLUMNS = list(TABLE_ATTEMPTS.types)
HEADER = "task,agent,score,cost,epoch,temperature\n"
ROWS = [
    {"task": "007", "agent": "a", "score": "0.5", "cost": "1.25", "temperature": "0.7"},
    {"task": "1e5", "agent": "b", "score": "1", "cost": None, "temperature": "0.20"},
    {"task": "1e5", "agent": "b", "score": None, "cost": "0", "temperature": "é\n,x"},
]


def read(path: Path, content: str | bytes | None = None, **options):
    """Return the attempts, by column, and the quarantine entries of a file."""
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with path.open("rb") as file:
        batches = list(reader.read(OpenFile(file), path=str(path), **options))
    attempts = [batch for batch in batches if batch.table is TABLE_ATTEMPTS]
    return (
        [
            dict(zip(COLUMNS, row, strict=True))
            for batch in attempts
            for row in batch.rows
        ],
        [entry for batch in attempts for entry in batch.quarantined],
    )


def one(tmp_path: Path, name: str, cell: str, **options) -> dict | Quarantined:
    """Return what becomes of a row with one cell more, or another one."""
    cells = {"task": "t", "agent": "a", "score": "0.5", name: cell}
    content = "\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n"
    rows, quarantined = read(tmp_path / "x.tsv", content, **options)
    assert len(rows) + len(quarantined) == 1
    return (rows or quarantined)[0]


def test_a_row_is_an_attempt_and_what_is_not_known_an_attribute(tmp_path):
    content = (
        "Task ID;agent_name;Is-Correct;Total Cost;prompt tokens;seed;error;note\n"
        '007;a;true;0.5;1e+05;1;;"two\nlines"\n'
        "1e5;a;;NA;12;2;Timed out after 3 s;\n"
    )
    rows, quarantined = read(tmp_path / "mine.v2.csv", content, source_name="s")
    assert quarantined == []
    first, second = rows
    assert first == dict.fromkeys(COLUMNS) | {
        "line": 1,
        "source": "s",
        "benchmark": "mine",
        "task_id": "007",
        "agent": "a",
        "model": "a",
        "scaffold": "unknown",
        "effort": "unknown",
        "population": "capability",
        "attempt": "1",
        "score": 1.0,
        "status": "scored",
        "input_tokens": 100_000,
        "cost_usd": 0.5,
        "attributes": '{"note": "two\\nlines"}',
    }
    assert (second["task_id"], second["attempt"]) == ("1e5", "2")
    assert (second["score"], second["status"]) == (None, "timeout")
    assert second["cost_usd"] is None
    assert json.loads(second["attributes"]) == {"error": "Timed out after 3 s"}


@pytest.mark.parametrize(
    ("name", "cell", "column", "value"),
    [
        ("score", "TRUE", "score", 1.0),
        ("score", "false", "score", 0.0),
        ("score", "1e-1", "score", 0.1),
        ("score", ".25", "score", 0.25),
        ("score", "nan", "score", None),
        ("score", "None", "score", None),
        ("score", " ", "score", None),
        ("steps", "12.0", "action_count", 12),
        (
            "started_at",
            "2025-01-02T03:04:05+02:00",
            "started_at",
            "2025-01-02 01:04:05",
        ),
        ("date", "2025-01-02", "started_at", "2025-01-02 00:00:00"),
        ("error", "boom", "status", "scored"),
        ("status", "Error", "status", "error"),
        ("status", "token limit", "status", "limit"),
        ("exception", "False", "status", "scored"),
        ("scaffold", "x", "agent", "a"),
    ],
)
def test_a_cell_is_read_as_it_is_meant(tmp_path, name, cell, column, value):
    assert one(tmp_path, name, cell)[column] == value


@pytest.mark.parametrize(
    ("name", "cell", "code"),
    [
        ("score", "85%", "score_out_of_range"),
        ("score", "1.5", "score_out_of_range"),
        ("score", "yes", "wrong_type"),
        ("score", "0,5", "wrong_type"),
        ("score", "inf", "wrong_type"),
        ("score", "1e999", "not_finite"),
        ("cost", "1,234", "wrong_type"),
        ("cost", "-1", "cost_negative"),
        ("steps", "1.5", "count_fractional"),
        ("human_minutes", "0", "human_minutes_not_positive"),
        ("date", "45658", "wrong_type"),
        ("date", "01/02/2025", "wrong_type"),
        ("task", " ", "empty_text"),
    ],
)
def test_what_could_mean_two_things_is_refused_by_name(tmp_path, name, cell, code):
    entry = one(tmp_path, name, cell)
    assert isinstance(entry, Quarantined)
    assert (entry.line, entry.reason_code) == (1, code)
    assert name in entry.detail


def test_the_highest_score_is_said_and_makes_percentages_readable(tmp_path):
    assert one(tmp_path, "score", "85%", score_max=100)["score"] == 0.85
    assert one(tmp_path, "score", "3", score_max=4)["score"] == 0.75
    assert one(tmp_path, "score", "5", score_max=4).reason_code == "score_out_of_range"


def test_an_agent_that_is_not_named_is_made_of_what_is(tmp_path):
    content = "task,model,harness,effort,score\nt,m,h,high,1\nt,m,,,1\n"
    rows, _ = read(tmp_path / "x.csv", content)
    assert [row["agent"] for row in rows] == ["h m high", "m"]


def test_rows_that_no_column_tells_apart_are_numbered(tmp_path):
    rows, _ = read(tmp_path / "x.csv", "task,agent,score\nt,a,1\nu,a,1\nt,a,0\n")
    assert [row["attempt_number"] for row in rows] == [1, 1, 2]
    assert {row["attempt"] for row in rows} == {None}


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
    results = []
    for number, form in enumerate(forms):
        (tmp_path / str(number)).mkdir()
        path = written(form, tmp_path / str(number) / "table")
        assert recognise(path.read_bytes()).name == "table", form
        results.append(read(path))
    expected = results[0]
    assert [row["task_id"] for row in expected[0]] == ["007", "1e5", "1e5"]
    assert json.loads(expected[0][2]["attributes"]) == {"temperature": "é\n,x"}
    for form, result in zip(forms, results, strict=True):
        assert result == expected, form


def test_a_number_in_json_is_an_id_as_it_is_written(tmp_path):
    content = '{"task": 1e5, "agent": 7, "correct": true, "x": {"y": 1.50}}\n'
    ((row,), _) = read(tmp_path / "x.jsonl", content)
    assert (row["task_id"], row["agent"], row["score"]) == ("1e5", "7", 1.0)
    assert row["attributes"] == '{"x": {"y": "1.50"}}'


def test_a_byte_order_mark_and_carriage_returns_are_passed_over(tmp_path):
    content = "\ufefftask,agent,score\r\nt,a,1\r\n"
    ((row,), _) = read(tmp_path / "x.csv", content)
    assert (row["task_id"], row["score"]) == ("t", 1.0)


def test_a_column_is_what_the_user_says(tmp_path):
    content = "question,agent,score,points\nq,a,0,1\n"
    said = "task_id=question,score=points"
    ((row,), _) = read(tmp_path / "x.csv", content, columns=said)
    assert (row["task_id"], row["score"]) == ("q", 1.0)
    assert row["attributes"] == '{"score": "0"}'


def test_what_each_column_was_taken_for_is_told(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Task,x,model,reward\nt,1,m,1\n")
    with path.open("rb") as file:
        first = next(reader.read(OpenFile(file), path=str(path)))
    assert first.table is TABLE_COLUMNS
    assert first.rows == [
        (1, "Task", "task_id"),
        (3, "model", "model"),
        (4, "reward", "score"),
    ]


@pytest.mark.parametrize(
    ("content", "options", "code", "told"),
    [
        ("tsk,agent,x\nt,a,1\n", {}, "unusable_columns", "a task or as a score"),
        ("tsk,agent,x\nt,a,1\n", {}, "unusable_columns", "nearest are: tsk, agent"),
        (HEADER, {"columns": "task_id=taks"}, "unusable_columns", "has task"),
        (HEADER, {"columns": "nothing=task"}, "unusable_columns", "ours is one of"),
        (HEADER, {}, "empty_file", "no row"),
        ("task,agent,score\nt,a,1\nt,a\n", {}, "syntax", "DuckDB"),
        ("task,agent,score\nt,a,1,2\n", {}, "syntax", ""),
        ("task,agent,score\nt,a,1\n".encode("utf-16"), {}, "wrong_encoding", "UTF-16"),
        ('{"task": 1, "agent": ', {}, "syntax", "DuckDB"),
        (b"PAR1 and no more", {}, "syntax", "DuckDB"),
    ],
)
def test_a_table_that_is_in_doubt_is_refused(tmp_path, content, options, code, told):
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "x.csv", content, **options)
    assert refused.value.reason_code == code
    assert told in refused.value.detail


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
