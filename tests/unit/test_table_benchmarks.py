"""Tables of attempts: the same bytes under several names, or said to be several."""

import hashlib
import json
import os
from functools import partial
from pathlib import Path

import duckdb
import polars as pl
import pytest

from loaders.__main__ import main
from loaders.table import mapping


def loaded(database: str | Path, columns: str, *arguments: str | Path) -> list[tuple]:
    """Load into a warehouse; return these columns of all attempts of tables there."""
    assert main([*map(str, arguments), "--db", str(database)]) == 0
    with duckdb.connect(str(database), read_only=True) as connection:
        query = f"select {columns} from raw.table_attempts order by all"
        return connection.execute(query).fetchall()


def test_the_same_bytes_with_other_options_are_another_file(tmp_path):
    content = "task,score\nt,0\n"
    for folder in ("m1", "m2"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "aime.csv").write_text(content)
    said_of_it = tmp_path / "mapping.yml"
    said_of_it.write_text("model: {folder: 1}\n")
    load = partial(loaded, tmp_path / "x.duckdb", "source, model")

    folders = [tmp_path / "m1", tmp_path / "m2"]
    both = [("table", "m1"), ("table", "m2")]
    assert load(*folders, "--mapping", said_of_it) == both
    # Again, and as they are on record.
    assert load(*folders, "--mapping", said_of_it) == both
    assert load(*folders) == both
    # A path keeps the options it was loaded with last.
    other = ("--columns", "model:=m", "--source", "lab")
    assert load(tmp_path / "m1", *other) == [("lab", "m"), ("table", "m2")]
    # If a column has the benchmark, a copy is recognised by its bytes.
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
        paths = [tmp_path / name for name in names]
        return loaded(database, "benchmark, task_id", *paths)

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

    load = partial(loaded, tmp_path / "x.duckdb", "benchmark, task_id")

    both = [("gaia", "t"), ("gaia", "u"), ("swe", "t"), ("swe", "u")]
    gaia = write("gaia.run", tells_benchmark=False)
    swe = write("swe.run", tells_benchmark=False)
    assert load(gaia, swe) == both
    # Again, and a copy of the same name in another folder.
    assert load(gaia, swe) == both
    assert load(write("more/gaia.run", tells_benchmark=False)) == both
    # Options given for a copy are kept when it is loaded again without any.
    said = [*both[:2], ("other", "t"), ("other", "u")]
    assert load(swe, "--columns", "benchmark:=other") == said
    swe.touch()
    assert load(swe) == said
    names = [write(f"{name}.run", tells_benchmark=True) for name in ("x", "y")]
    assert load(*names) == [("b", "t"), ("b", "u"), *said]


def test_what_the_user_says_of_a_column_leaves_the_benchmark_to_the_name():
    def told(columns: dict, found: list[str]) -> list[str] | None:
        return mapping.column_names_for("benchmark", columns, found)

    found = ["task", "suite", "agent", "score", "Data-Set"]
    assert told({}, found) == ["Data-Set"]
    assert told({"task_family": "Data-Set"}, found) == ["suite"]
    assert told({"benchmark": ["eval", "filter"]}, found) == ["eval", "filter"]
    assert told({"benchmark": {"value": "b"}}, []) == []
    assert told({"benchmark": [{"file": "^b"}, "filter"]}, found) == []
    assert told({"benchmark": None}, found) is None
    assert told({"attempt": ["suite", "Data-Set"]}, found) is None
    assert told({}, ["task", "agent", "score"]) is None


@pytest.mark.parametrize("form", ["csv", "jsonl", "json", "parquet"])
@pytest.mark.parametrize("empty", ["", "NA", None, " "])
def test_a_benchmark_column_without_a_value_leaves_it_to_the_name(
    tmp_path, form, empty
):
    """Under another name the same bytes are another benchmark, and not `unchanged`."""

    def written(name: str, benchmark: str | None) -> str:
        frame = pl.DataFrame(
            {"task": ["t", "u"], "agent": "a", "score": 0, "suite": [empty, benchmark]},
            schema_overrides={"suite": pl.String},
        )
        path = tmp_path / f"{name}.{form}"
        if form == "parquet":
            frame.write_parquet(path)
        elif form == "csv":
            frame.write_csv(path)
        elif form == "json":
            path.write_text(json.dumps(frame.to_dicts()))
        else:
            frame.write_ndjson(path)
        return str(path)

    load = partial(loaded, tmp_path / "x.duckdb", "benchmark, task_id")

    both = [("gaia", "t"), ("gaia", "u"), ("swe", "t"), ("swe", "u")]
    assert load(written("gaia", empty)) == both[:2]
    # Alone, so that it is hashed before it is read, and then as it is on record.
    assert load(written("swe", empty)) == both
    assert load(written("swe", empty)) == both
    # A copy of a table that tells it in one row is the same table.
    told = [*both, ("x", "t"), ("z", "u")]
    assert load(written("x", "z"), written("y", "z")) == sorted(told)


@pytest.mark.parametrize(
    ("name", "benchmark"),
    [
        (b"caf\xe9", r"caf\xe9"),
        (b"\xff\xfe", r"\xff\xfe"),
        ("\u2800".encode(), "table"),
        (" \u200b".encode(), "table"),
    ],
)
def test_a_file_of_any_name_gives_a_benchmark(tmp_path, name, benchmark):
    path = os.fsencode(tmp_path) + b"/" + name + b".csv"
    with open(path, "wb") as file:
        file.write(b"task,agent,score\nt,a,1\n")
    columns = "benchmark, task_id"
    found = loaded(tmp_path / "x.duckdb", columns, os.fsdecode(path))
    assert found == [(benchmark, "t")]
