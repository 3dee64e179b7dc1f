"""Tables of attempts: the same as CSV, JSON, JSON lines and Parquet."""

import gzip
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest
from attempt_tables import ROWS, batches, read, write_rows

from loaders.contract.files import OpenFile, open_regular
from loaders.contract.records import FileRefused
from loaders.contract.unpacked import opened
from loaders.formats import recognise


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


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_json_in_a_cell_is_looked_at_if_a_value_comes_from_it(tmp_path, form):
    inside = {
        "twice": '{"score": 1, "score": 0}',
        "twice inside": '{"score": 1, "more": [{"a": 1, "a": 2}]}',
        "escaped": r'{"score": 1, "sc\u006fre": 0}',
        "deep": '{"score": 1, "more": ' + "[" * 130 + "]" * 130 + "}",
        "good": '{"score": 0.25, "more": [{"a": 1}, {"a": 1}]}',
    }
    rows = [{"task": task, "agent": "a", "r": r} for task, r in inside.items()]
    path = write_rows(rows, form, tmp_path / form)
    rows, quarantined = read(path, columns="score=r.score")
    assert [(row["task_id"], row["score"]) for row in rows] == [("good", 0.25)]
    assert [entry.reason_code for entry in quarantined] == (
        ["duplicate_field"] * 3 + ["too_deep"]
    )
    # As text nobody looks into it.
    assert len(read(path, columns="score:=1")[0]) == 5


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


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines_are_found_behind_a_megabyte_of_blank_lines(tmp_path, packed):
    content = b"\n" * 1_200_000 + b'{"task": "t", "agent": "a", "score": 0.25}\n'
    content = gzip.compress(content) if packed else content
    (row,), quarantined = read(tmp_path / "x.jsonl", content)
    assert (row["line"], row["task_id"], row["score"]) == (1_200_001, "t", 0.25)
    assert quarantined == []


@pytest.mark.parametrize("count", [2, 200])
def test_a_row_of_many_lists_is_read_as_one_of_few(tmp_path, count):
    lists = "[" + ",".join(["[1.5]"] * count) + "]"
    content = f'{{"task": "[t", "agent": "{{a", "score": 0.25, "x": {lists}}}\n'
    (row,), quarantined = read(tmp_path / "x.jsonl", content)
    assert not quarantined
    assert (row["task_id"], row["agent"], row["score"]) == ("[t", "{a", 0.25)
    assert row["attributes"] == f'{{"x":{lists}}}'


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


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_field_of_an_object_is_suggested(tmp_path, form):
    row = {"task": "t", "model": "m", "score": {"value": 0.5}, "cost": {"a b": 1}}
    path = tmp_path / f"table.{form}"
    frame = pl.DataFrame([row])
    frame.write_ndjson(path) if form == "jsonl" else frame.write_parquet(path)
    _, [refused] = read(path)
    assert "; `--columns score=score.value` names a field in it; " in refused.detail
    rows, _ = read(path, columns="score=score.value,cost_usd=")
    assert rows[0]["score"] == 0.5
    _, [refused] = read(path, columns="score=score.value")
    assert "; `--columns cost_usd=` leaves the column out; " in refused.detail


def test_a_field_of_a_name_is_suggested(tmp_path):
    content = '{"task": "t", "model": {"id": "m"}, "score": 1}\n'
    _, [refused] = read(tmp_path / "x.jsonl", content)
    assert "model is a mapping; `--columns model=model.id` names" in refused.detail
