"""Tables of attempts from Python, an example of one, and what a dry run shows."""

import json
import subprocess
import sys
from datetime import timedelta

import duckdb
import nanoarrow
import pandas as pd
import polars as pl
import pytest

from loaders import load_frame
from loaders.__main__ import main
from loaders.table import template

QUERY = """
    select columns(* exclude (file_id))
    from raw.table_attempts
    order by line
"""


def attempts(db) -> list[tuple]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(QUERY).fetchall()


def table_ids(db) -> list[tuple]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute("select table_id from raw.table_files").fetchall()


def test_frames_and_files_give_the_same_attempts(tmp_path):
    results = {}
    for form in ("csv", "jsonl", "parquet"):
        path = tmp_path / f"runs.{form}"
        path.write_bytes(template.written(form))
        db = tmp_path / f"{form}.duckdb"
        assert main([str(path), "--db", str(db)]) == 0
        results[form] = (attempts(db), table_ids(db))
    as_pandas = pd.read_csv(tmp_path / "runs.csv", keep_default_na=True)
    as_polars = pl.read_csv(tmp_path / "runs.csv")
    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(tmp_path / "runs.parquet"))
        as_arrow = nanoarrow.ArrayStream(relation)
        for name, frame in {
            "pandas": as_pandas,
            "polars": as_polars,
            "arrow": as_arrow,
        }.items():
            db = tmp_path / f"{name}.duckdb"
            result = load_frame(frame, "runs", db=db)
            assert (result.status, result.loaded_count) == ("loaded", 6)
            results[name] = (attempts(db), table_ids(db))
    expected = results["csv"]
    assert len(expected[0]) == 6
    for name, found in results.items():
        assert found == expected, name


def test_a_frame_replaces_the_one_of_its_name(tmp_path):
    db = tmp_path / "x.duckdb"
    frame = pd.DataFrame({"task": ["007", "b"], "who": ["a", "a"], "points": [50, 101]})
    told = {"columns": {"agent": "who", "score": "points"}, "score_max": 100}
    result = load_frame(frame, "mine", db=db, source="lab", note="n", **told)
    assert (result.status, result.quarantined_count) == ("partly_loaded", 1)
    assert result.reasons[0]["reason_code"] == "score_out_of_range"
    assert result.reasons[0]["first_position"] == "2"
    result = load_frame(frame[:1], "mine", db=db, source="lab", **told)
    assert result.status == "loaded"
    (row,) = attempts(db)
    assert row[1:5] == ("lab", "mine", "", "007")
    assert load_frame(frame, "other", db=db).status == "refused"


def test_a_frame_is_read_in_the_order_that_it_has(tmp_path):
    db = tmp_path / "x.duckdb"
    frame = pd.DataFrame(
        {"task": ["t", "u"], "agent": ["a", "b"], "score": [1.0, 0.25]}
    )
    for number, each in enumerate((frame, frame[::-1], frame[1:], frame[::2])):
        assert load_frame(each, "mine", db=db).status == "loaded"
        found = [(row[4], row[5], row[12]) for row in attempts(db)]
        assert found == list(each.itertuples(index=False, name=None)), number


def test_columns_of_nulls_alone_are_null(tmp_path):
    db = tmp_path / "x.duckdb"
    frame = pl.DataFrame(
        {"task": ["t", "u", "v"], "agent": ["a"] * 3, "score": [1, 0, 1]}
        | {"cost": [None] * 3, "ok": [True, False, True], "note": ["x", "é", None]}
    )
    parts = [frame[:1], frame[1:]]
    assert load_frame(pl.concat(parts, rechunk=False), "mine", db=db).loaded_count == 3
    assert [(row[4], row[12], row[21], row[-1]) for row in attempts(db)] == [
        ("t", 1.0, None, '{"note":"x","ok":"true"}'),
        ("u", 0.0, None, '{"note":"é","ok":"false"}'),
        ("v", 1.0, None, '{"ok":"true"}'),
    ]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame([["t", "a", 1, 0]], columns=[*"tas", "s"]), "name: 's' and 's'"),
        (pd.DataFrame([["t", 1, 0]], columns=[*"tsS"]), "one name: 's' and 'S'"),
        (pl.DataFrame({"s": [1], "S": [0]}), "one name: 's' and 'S'"),
        # It would be an address in memory.
        (pl.DataFrame({"o": pl.Series([object()], dtype=pl.Object)}), "Python objects"),
    ],
)
def test_columns_that_duckdb_would_change_are_refused(tmp_path, frame, words):
    with pytest.raises(ValueError, match=words):
        load_frame(frame, "mine", db=tmp_path / "x.duckdb")
    assert not (tmp_path / "x.duckdb").exists()


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"name": "a/b"}, ValueError),
        ({"columns": {"scor": "x"}}, ValueError),
        ({"mapping": "none"}, ValueError),
        ({"decimal": ";"}, ValueError),
        ({"score_max": 0}, ValueError),
        ({"source": "\u200b"}, ValueError),
        ({"source": "x" * 1_001}, ValueError),
        ({"frame": [1]}, TypeError),
    ],
)
def test_arguments_that_mean_nothing_are_refused(tmp_path, told, error):
    told = {"frame": pd.DataFrame({"task": ["a"]}), "db": tmp_path / "x.duckdb"} | told
    with pytest.raises(error):
        load_frame(told.pop("frame"), **told)
    assert not (tmp_path / "x.duckdb").exists()


def test_the_template_is_printed_and_a_dry_run_shows_it(tmp_path, capsys):
    printed = subprocess.run(
        [sys.executable, "-m", "loaders", "template"], capture_output=True, check=True
    )
    path = tmp_path / "runs.csv"
    path.write_bytes(printed.stdout)
    db = tmp_path / "x.duckdb"
    assert main([str(path), "--db", str(db), "--dry-run"]) == 0
    assert not db.exists()
    shown = capsys.readouterr().err
    assert "columns: task_id, agent, model" in shown
    assert "attributes: temperature" in shown
    assert shown.count("status scored") == 4
    assert shown.count("status timeout") == 1


def test_options_of_the_command_line_reach_the_table(tmp_path, capsys):
    path = tmp_path / "my.csv"
    path.write_text("question;agent;points;cost\n1;a;5;1.234,5\n")
    db = tmp_path / "x.duckdb"
    told = ["--columns", "task_id=question,score=points", "--columns", "benchmark:=b"]
    told += ["--score-max", "10", "--decimal", ",", "--source", "lab"]
    assert main([str(path), "--db", str(db), *told]) == 0
    ((_, source, benchmark, *_rest),) = attempts(db)
    assert (source, benchmark) == ("lab", "b")
    with pytest.raises(SystemExit) as ended:
        main([str(path), "--db", str(db), "--columns", "nothing=x"])
    assert ended.value.code == 2
    assert "nothing is not one of our columns" in capsys.readouterr().err


@pytest.mark.parametrize(
    "told",
    [
        ["--score-max", "1_0"],
        ["--score-max", "\u0661"],
        ["--score-max", "nan"],
        ["--score-max", "-1"],
        ["--score-max", "1e999"],
        ["--source", "\u3164"],
    ],
)
def test_options_that_are_no_number_or_name_are_refused(tmp_path, told):
    with pytest.raises(SystemExit) as ended:
        main(["x.csv", "--db", str(tmp_path / "x.duckdb"), *told])
    assert ended.value.code == 2


_RECORD = '{"question": "q", "model": "m", "points": 1}'


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "my.csv",
            "tsk,agent,points\n1,a,5\n",
            [
                "unusable_columns: no column is known as a task or as a score",
                "the nearest are: tsk, points",
            ],
        ),
        (
            "my.json",
            f"\n[{_RECORD}]",
            ["unusable_columns: no column is known as a task or as a score"],
        ),
        (
            "my.json",
            f'{{"results": [{_RECORD}]}}',
            ["unknown_format: its field 'results' is a list of objects: if these"],
        ),
    ],
    ids=["a CSV", "an array", "an array in an object"],
)
def test_a_table_without_usual_names_is_refused_with_them(
    tmp_path, capsys, name, text, told
):
    (tmp_path / name).write_text(text)
    assert main([str(tmp_path / name), "--db", str(tmp_path / "x.duckdb")]) == 1
    said = capsys.readouterr().out
    assert [each for each in told if each not in said] == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("price", "say --columns cost_usd=price"),
        ("cost (€)", "say --columns 'cost_usd=cost (€)'"),
        (
            "cost, all",
            "say it in a mapping file: --mapping FILE with cost_usd: 'cost, ",
        ),
    ],
)
def test_a_suggestion_can_be_pasted_into_a_shell(tmp_path, capsys, name, told):
    path = tmp_path / "my.csv"
    path.write_text(f'task,model,score,"{name}"\nt,m,1,2\n')
    assert main([str(path), "--db", str(tmp_path / "x.duckdb")]) == 0
    assert told in capsys.readouterr().err


def loaded(tmp_path, frame, column: str) -> list:
    db = tmp_path / "x.duckdb"
    load_frame(frame, "runs", db=db)
    with duckdb.connect(str(db), read_only=True) as connection:
        found = connection.execute(
            f"select {column} from raw.table_attempts order by line"
        ).fetchall()
    return [value for (value,) in found]


def objects(values) -> pd.DataFrame:
    """Return a frame with a column of objects, which DuckDB knows some rows of."""
    mine = pd.Series(values, dtype=object)
    return pd.DataFrame({"task": range(len(mine)), "agent": "a", "score": 1, "x": mine})


@pytest.mark.parametrize("value", ["007", 1.5, True, 2**70, "1e5"])
def test_an_odd_object_among_numbers_stays_as_it_is(tmp_path, value):
    ids = list(range(5_000))
    ids[1_234] = value
    frame = objects(ids).rename(columns={"task": "y", "x": "task"})
    tasks = loaded(tmp_path, frame, "task_id")
    assert tasks[1_234] == {True: "true"}.get(value, str(value))
    assert tasks[1_233] == "1233"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([{"a": 1}, {"a": None}], [{"a": 1}, {"a": None}]),
        ([[1], [], None], [[1], [], None]),
        # Of objects that differ the attribute is JSON text.
        ([{"a": 1}, {"b": "it's"}, None], ['{"a": 1}', '{"b": "it\'s"}', None]),
        ([{"a": True}, "é"], ['{"a": true}', "é"]),
    ],
)
def test_objects_in_a_column_are_json(tmp_path, values, expected):
    found = loaded(tmp_path, objects(values), "attributes")
    assert [json.loads(each)["x"] if each else None for each in found] == expected


def test_an_object_unlike_the_first_ones_is_read_too(tmp_path):
    values = [{"a": number} for number in range(5_000)]
    values[1_234] = {"b": 2}
    found = loaded(tmp_path, objects(values), "attributes")
    assert json.loads(json.loads(found[1_234])["x"]) == {"b": 2}


def test_a_named_index_holds_columns(tmp_path):
    keys = pd.MultiIndex.from_tuples([("t", 1), ("t", 2)], names=["task", "epoch"])
    frame = pd.DataFrame({"agent": "a", "score": [1, 0]}, index=keys)
    assert loaded(tmp_path, frame, "task_id || attempt") == ["t1", "t2"]
    # Rows that were left out are not a column.
    plain = frame.reset_index()[lambda each: each["score"] == 0]
    assert loaded(tmp_path, plain, "line || attempt") == ["12"]


def test_a_column_of_an_unknown_type_is_named(tmp_path):
    frame = pl.DataFrame({"task": ["t"], "agent": ["a"], "score": [1], "tries": [2]})
    frame = frame.cast({"tries": pl.Int128})
    with pytest.raises(ValueError, match="cast the column 'tries' to a more usual"):
        load_frame(frame, "runs", db=tmp_path / "x.duckdb")


def test_an_index_that_is_a_column_too_is_read_once(tmp_path):
    frame = pd.DataFrame({"task": ["t", "u"], "agent": "a", "score": [1, 0]})
    kept = frame.set_index("task", drop=False)
    assert loaded(tmp_path, kept, "task_id") == ["t", "u"]
    other = frame.set_index(pd.Index(["u", "t"], name="task"))
    with pytest.raises(ValueError, match="its index and another one are both 'task'"):
        load_frame(other, "runs", db=tmp_path / "x.duckdb")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.arrays.SparseArray([0.0, 1.5]), ["0.0", "1.5"]),
        (pd.period_range("2025-01", periods=2, freq="M"), ["2025-01", "2025-02"]),
        (pd.interval_range(0, 2), ["(0, 1]", "(1, 2]"]),
        (pd.array([1 + 2j, 3j]), ["(1+2j)", "3j"]),
    ],
)
def test_types_of_pandas_alone_are_read_as_text(tmp_path, values, expected):
    """They were refused, with all of the frame."""
    frame = pd.DataFrame({"task": ["t", "u"], "agent": "a", "score": 1, "x": values})
    assert loaded(tmp_path, frame, "attributes->>'x'") == expected


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (pd.Series([1]), TypeError),
        (pl.DataFrame({"task": [1]}, schema={"task": pl.Int128}), ValueError),
    ],
)
def test_an_unreadable_frame_is_refused_with_the_reason(tmp_path, frame, error):
    with pytest.raises(error, match="frame"):
        load_frame(frame, "runs", db=tmp_path / "x.duckdb")


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("latency_seconds", "latency_seconds", 90.5),
        ("latency_ms", "latency_seconds", 90.5),
        ("human_minutes", "human_minutes", 90.5 / 60),
        ("note", "attributes", '{"note":"00:01:30.5"}'),
    ],
)
def test_a_duration_has_its_unit_in_a_frame_and_in_its_file(
    tmp_path, unit, name, column, value
):
    durations = pl.Series([timedelta(seconds=90.5)], dtype=pl.Duration(unit))
    frame = pl.DataFrame({"task": ["t"], "agent": ["a"], "score": [1], name: durations})
    frame.write_parquet(tmp_path / "x.parquet")
    db = tmp_path / "file.duckdb"
    assert main([str(tmp_path / "x.parquet"), "--db", str(db)]) == 0
    with duckdb.connect(str(db), read_only=True) as connection:
        query = f"select {column} from raw.table_attempts"
        assert connection.execute(query).fetchall() == [(value,)]
    assert loaded(tmp_path, frame, column) == [value]


def test_a_duration_is_no_count(tmp_path):
    frame = pd.DataFrame({"task": ["t", "u"], "agent": "a", "score": 1})
    frame["steps"] = pd.to_timedelta([3, None], unit="s")
    result = load_frame(frame, "runs", db=tmp_path / "x.duckdb")
    assert (result.loaded_count, result.quarantined_count) == (1, 1)


@pytest.mark.parametrize("large", [2**64 + 1, 2**100 + 1, 2**127, 2**130 + 1, -(2**90)])
def test_whole_numbers_of_any_size_are_ids(tmp_path, large):
    for ids in ([large, large - 1], [1, large], [large, *range(5_000)]):
        assert loaded(tmp_path, objects(ids), "attributes->>'x'") == list(map(str, ids))


def test_frames_of_the_same_rows_are_as_many_tables(tmp_path):
    wide = pl.DataFrame({"task": ["t", "u"], "gpt": [1, 0], "claude": [0, 1]})
    db = tmp_path / "x.duckdb"
    for name in ("gpt", "claude", "gpt"):
        columns = {"model": {"value": name}, "score": name, "benchmark": {"value": "b"}}
        load_frame(wide, name, columns=columns, db=db)
    with duckdb.connect(str(db), read_only=True) as connection:
        query = "select model, task_id, score from raw.table_attempts order by all"
        found = connection.execute(query).fetchall()
    assert found == [
        ("claude", "t", 0),
        ("claude", "u", 1),
        ("gpt", "t", 1),
        ("gpt", "u", 0),
    ]
