"""`python -m loaders import --marts`: views that another engine has written as Parquet."""

import json
import os
from pathlib import Path

import duckdb
import pytest

from common.warehouse import open_read_only
from loaders.__main__ import main

ATTEMPTS = {
    "attempt_id": ["varchar", "One's name. Never null."],
    "started_at": ["timestamp", "In UTC."],
    "labels": ["varchar[]", ""],
}
VIEWS = {"view_name": ["varchar", ""]}
SCORES = {"score": ["double", "0 to 1."]}


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    """Two parts of attempts, as of two workers; no file of `scores`, which are none."""
    folder = tmp_path / "it's" / "marts"
    for name in ("attempts", "views", "manifest"):
        (folder / name).mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'America/New_York'")
        connection.execute(
            "create table attempts as from (values "
            "(['x'], 'a', timestamptz '2025-03-01 12:30:00+02'), (null, 'b', null)) "
            "as rows (labels, attempt_id, started_at)"
        )
        for number, key in enumerate("ab"):
            part = folder / "attempts" / f"part-{number}.parquet"
            connection.execute(
                f"copy (from attempts where attempt_id = '{key}') to '{escaped(part)}'"
            )
        part = folder / "views" / "part-0.parquet"
        connection.execute(
            f"copy (select 'attempts' as view_name) to '{escaped(part)}'"
        )
    # What an engine was writing when it ended.
    (folder / "attempts" / "_temporary.parquet").write_text("")
    write_manifest(folder, attempts=(2, ATTEMPTS), views=(1, VIEWS), scores=(0, SCORES))
    return folder


def escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def write_manifest(folder: Path, **views: tuple[int, dict]) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table manifest (view_name text, row_count bigint, description text,"
            " columns text)"
        )
        connection.executemany(
            "insert into manifest values (?, ?, ?, ?)",
            [
                (name, count, f"The view {name}'s.", json.dumps(columns))
                for name, (count, columns) in views.items()
            ],
        )
        path = folder / "manifest" / "part-0.parquet"
        connection.execute(f"copy manifest to '{escaped(path)}'")


def imported(folder: Path, path: Path) -> int:
    return main(["import", "--marts", str(folder), "--db", str(path)])


def test_views_have_their_rows_types_and_meanings(marts, tmp_path, capsys):
    path = tmp_path / "marts.duckdb"
    assert imported(marts, path) == 0
    assert capsys.readouterr().out.splitlines() == [
        "attempts: 2 rows",
        "scores: 0 rows",
        "views: 1 rows",
    ]
    with duckdb.connect(path, read_only=True) as connection:
        rows = connection.execute(
            "select attempt_id, started_at::varchar, labels from attempts order by all"
        ).fetchall()
        assert rows == [("a", "2025-03-01 10:30:00", ["x"]), ("b", None, None)]
        types = connection.execute("describe attempts").fetchall()
        assert [row[:2] for row in types] == [
            ("labels", "VARCHAR[]"),
            ("attempt_id", "VARCHAR"),
            ("started_at", "TIMESTAMP"),
        ]
        assert connection.execute("describe scores").fetchall()[0][:2] == (
            "score",
            "DOUBLE",
        )
        comments = connection.execute(
            "select comment from duckdb_tables() where table_name = 'attempts' union all "
            "select comment from duckdb_columns() where column_name = 'attempt_id'"
        ).fetchall()
        assert comments == [("The view attempts's.",), ("One's name. Never null.",)]


def test_an_import_takes_the_place_of_an_earlier_one(marts, tmp_path):
    path = tmp_path / "marts.duckdb"
    assert imported(marts, path) == 0
    (marts / "attempts" / "part-1.parquet").unlink()
    write_manifest(marts, attempts=(1, ATTEMPTS), views=(1, VIEWS))
    assert imported(marts, path) == 0
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("select attempt_id from attempts").fetchall() == [
            ("a",)
        ]


def test_what_was_not_wholly_written_is_refused(marts, tmp_path, capsys):
    path = tmp_path / "marts.duckdb"
    write_manifest(marts, attempts=(3, ATTEMPTS), views=(1, VIEWS))
    assert imported(marts, path) == 2
    assert "attempts: 2 rows are here, and the manifest says 3; build" in (
        capsys.readouterr().err
    )
    write_manifest(marts, attempts=(2, ATTEMPTS | SCORES), views=(1, VIEWS))
    assert imported(marts, path) == 2
    assert "the column score is in the files or in the manifest only" in (
        capsys.readouterr().err
    )
    (marts / "manifest" / "part-0.parquet").unlink()
    assert imported(marts, path) == 2
    assert "no manifest, so the views are not here or were not all written" in (
        capsys.readouterr().err
    )
    assert list(tmp_path.glob("*duckdb*")) == []


@pytest.mark.parametrize("schema", ["main", "raw"])
def test_a_warehouse_that_no_import_has_written_is_left(
    marts, tmp_path, capsys, schema
):
    path = tmp_path / "own.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create table {schema}.mine as select 1 as one")
        if schema == "raw":
            connection.execute("create table views as select 1 as one")
    before = path.read_bytes()
    assert imported(marts, path) == 2
    assert "own.duckdb: an import would replace this file" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["a\\b.duckdb", "\\", "a?b", "\udcff.duckdb"])
def test_an_import_may_have_a_name_that_duckdb_misreads(marts, tmp_path, name):
    place = tmp_path / "place"
    place.mkdir()
    for _ in range(2):
        assert imported(marts, place / name) == 0
        assert os.listdir(place) == [name]
    with open_read_only(place / name) as connection:
        assert connection.execute("from views").fetchall() == [("attempts",)]


@pytest.mark.parametrize("name", ["a\\b", "a?b", "\udcff"])
def test_an_import_into_a_folder_that_duckdb_misreads_is_refused(
    marts, tmp_path, name, capsys
):
    place = tmp_path / name
    place.mkdir()
    assert imported(marts, place / "x.duckdb") == 2
    assert "name a warehouse in another one" in capsys.readouterr().err
    assert os.listdir(place) == []
