"""A warehouse may have any name: for loading, dbt, figures, the report and answers."""

import os
import shutil
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import DBT, run_in_repository

from common.warehouse import open_read_only
from loaders.__main__ import main

TABLE = "task,agent,model,score\nt1,new,m,1\nt2,new,m,0\n"


# To DuckDB what is before the first point is the name of the catalog, and `raw` is a
# schema too; the rest has each character that it, a shell or a URL takes for something.
NAME = "raw.a\\b'c\"d?e#é 漢 %20*[f]{g}.duckdb"


@pytest.mark.slow
def test_every_command_takes_a_warehouse_of_any_name(
    sample_warehouse: Path, tmp_path: Path
):
    place = tmp_path / "place"
    place.mkdir()
    warehouse = place / NAME
    shutil.copyfile(sample_warehouse, warehouse)
    table = tmp_path / "mine.csv"
    table.write_text(TABLE)
    python = [sys.executable, "-m"]
    printed = {}
    for title, command in {
        "load": [*python, "loaders", table],
        "build": [DBT, "-q", "run", "--select", "stg_table__attempts"],
        "figure": [*python, "plots", "time_horizons", "--out", tmp_path / "figures"],
        "report": [*python, "plots", "report", "--out", tmp_path / "report.html"],
        "answer": [*python, "analyses", "do_more_actions_mean_failure"],
    }.items():
        done = run_in_repository(list(map(str, command)), warehouse, tmp_path)
        assert done.returncode == 0, (title, done.stdout, done.stderr)
        printed[title] = done.stdout
    assert "Do more actions mean failure?" in printed["answer"]
    assert (tmp_path / "report.html").stat().st_size > 100_000
    assert list((tmp_path / "figures").iterdir())
    assert os.listdir(place) == [NAME]
    # Nothing of the views says how the file is called.
    copied = tmp_path / "another.duckdb"
    shutil.copyfile(warehouse, copied)
    with duckdb.connect(copied, read_only=True) as connection:
        found = "select count(*) from staging.stg_table__attempts where agent = ?"
        assert connection.execute(found, ["new"]).fetchall() == [(2,)]


@pytest.mark.parametrize("name", ["a\\b.duckdb", "\\", "a?b", "\udcff.duckdb"])
def test_a_name_that_duckdb_misreads_is_loaded_read_and_exported(
    tmp_path: Path, name: str, capsys
):
    """An import took a backslash for a folder; a name that is not UTF-8 was a bug in evalhouse."""
    place = tmp_path / "place"
    place.mkdir()
    path = str(place / name)
    table = tmp_path / "mine.csv"
    table.write_text(TABLE)
    assert main([str(table), "--db", path]) == 0
    assert main(["export", "--raw", str(tmp_path / "raw"), "--db", path]) == 0
    with open_read_only(path) as connection:
        count = connection.execute("select count(*) from raw.table_attempts")
        assert count.fetchall() == [(2,)]
    assert os.listdir(place) == [name]
    capsys.readouterr()
    odd = tmp_path / "\udcff"
    assert main(["export", "--raw", str(odd), "--db", path]) == 2
    assert "takes no name that is not UTF-8" in capsys.readouterr().err
    assert not odd.exists()


def test_a_folder_that_is_no_utf8_is_refused(tmp_path: Path, capsys):
    folder = tmp_path / "\udcff"
    folder.mkdir()
    table = tmp_path / "mine.csv"
    table.write_text(TABLE)
    assert main([str(table), "--db", str(folder / "x.duckdb")]) == 2
    assert "takes no name that is not UTF-8; move" in capsys.readouterr().err
    assert os.listdir(folder) == []
