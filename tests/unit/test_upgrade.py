"""A warehouse of an earlier version is loaded into, and refreshed, by this one."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import DBT, REPOSITORY, run_in_repository

from loaders.__main__ import main
from loaders.formats import FORMATS
from loaders.warehouse.raw_export import export_raw
from loaders.warehouse.schema import raw_tables

FIXTURES = REPOSITORY / "tests" / "fixtures"
SAMPLES = ("metr_sample.yaml", "metr_horizon_sample.jsonl")


@pytest.fixture
def old(tmp_path) -> Path:
    """A warehouse as version 0.1.0 of 26 November 2026 left it."""
    path = tmp_path / "evalhouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute((FIXTURES / "warehouse_0_1_0.sql").read_text())
    return path


def counts(path: Path) -> list[tuple]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(
            "select format, status, loaded_count from raw.files order by format"
        ).fetchall()


def test_loading_the_same_files_keeps_their_rows(old, tmp_path, capsys):
    before = counts(old)
    assert before == [("metr-jsonl", "loaded", 10), ("metr-yaml", "loaded", 10)]
    for name in SAMPLES:
        shutil.copyfile(FIXTURES / name, tmp_path / name)
    paths = [str(tmp_path / name) for name in SAMPLES]
    assert main([*paths, "--db", str(old)]) == 0
    assert counts(old) == before
    with duckdb.connect(old, read_only=True) as connection:
        versions = dict(
            connection.execute(
                "select format, loader_version from raw.files"
            ).fetchall()
        )
        for table in ("metr_runs", "metr_horizon_runs"):
            rows = connection.execute(f"select count(*) from raw.{table}").fetchall()
            assert rows == [(10,)]
    # What a newer reader would read otherwise is read again.
    assert versions == {name: FORMATS[name].loader_version for name in versions}


def test_a_column_that_is_new_between_others_gets_its_own_values(old, tmp_path):
    sample = FIXTURES / "metr_horizon_sample.jsonl"
    run = json.loads(sample.read_text().splitlines()[0])
    run |= {"run_id": "r", "generation_cost": 0.25}
    (tmp_path / "new.jsonl").write_text(json.dumps(run) + "\n")
    assert main([str(tmp_path / "new.jsonl"), "--db", str(old)]) == 0
    with duckdb.connect(old, read_only=True) as connection:
        for table in raw_tables():
            found = connection.sql(f"from {table.name}").columns
            wanted = ["file_id", *table.types]
            assert [name for name in found if name in wanted] == wanted, table.name
        costs = connection.execute(
            "select generation_cost, extra from raw.metr_horizon_runs"
            " where run_id = 'r'"
        ).fetchall()
        kept = connection.execute("select count(*) from raw.metr_horizon_runs")
        assert kept.fetchall() == [(11,)]
    assert costs == [(0.25, None)]


def test_a_table_with_a_new_name_keeps_its_rows(old, tmp_path):
    row = ("f", 7, "not_finite", "NaN was read as null")
    with duckdb.connect(old) as connection:
        connection.execute("insert into raw.metr_notes values (?, ?, ?, ?)", row)
    # An export for another engine has them before anything is loaded.
    for _ in export_raw(str(old), tmp_path / "raw", "old"):
        pass
    sample = shutil.copy(FIXTURES / "metr_sample.yaml", tmp_path)
    assert main([str(sample), "--db", str(old)]) == 0
    with duckdb.connect(old, read_only=True) as connection:
        exported = tmp_path / "raw" / "metr_warnings" / "old.parquet"
        for found in ("raw.metr_warnings", f"'{exported}'"):
            assert connection.sql(f"from {found}").fetchall() == [row]
        names = connection.sql(
            "select table_name from duckdb_tables() where table_name like '%_notes'"
        )
        assert names.fetchall() == []


@pytest.mark.slow
def test_a_refresh_makes_the_views_of_the_old_rows(old, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text((FIXTURES / "metr_sample.yaml").read_text().replace("'3", "'7"))
    assert main([str(other), "--db", str(old)]) == 0
    command = [DBT, "--quiet", "build", "--exclude-resource-type", "unit_test", "test"]
    run = run_in_repository(
        [*command, "--select", "+attempts", "+load_report"], old, tmp_path
    )
    assert run.returncode == 0, run.stdout + run.stderr
    with duckdb.connect(old, read_only=True) as connection:
        found = connection.execute(
            "select source, count(*) from attempts group by source order by source"
        ).fetchall()
        files = connection.execute("select count(*) from load_report").fetchall()
    assert found == [("metr", 20), ("metr_horizon", 10)]
    assert files == [(3,)]
