"""The vars of dbt_project.yml are seen in `settings`, and each may be changed.

dbt's unit tests run here, and nowhere else.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import DBT, REPOSITORY, run_in_repository


@pytest.fixture(scope="module")
def project_vars() -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())["vars"]


def changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return "another"
    if isinstance(value, list):
        return [changed(item) for item in value]
    return value + 1 if isinstance(value, int) else value / 2


def test_the_view_says_what_is_set(project_vars, sample_views):
    rows = sample_views.sql("select setting, value from settings").fetchall()
    assert {name: json.loads(value) for name, value in rows} == project_vars


def test_every_unit_test_passes_though_the_vars_are_others(
    project_vars, sample_warehouse, tmp_path
):
    others = {name: changed(value) for name, value in project_vars.items()}
    assert all(others[name] != value for name, value in project_vars.items())
    command = [DBT, "--quiet", "test", "--select", "test_type:unit"]
    run = run_in_repository(
        [*command, "--vars", json.dumps(others)], sample_warehouse, tmp_path
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_var_that_nobody_knows_is_refused(hal_traps_warehouse, tmp_path):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(hal_traps_warehouse, warehouse)
    before = warehouse.read_bytes()
    misspelt = ["--vars", "aply_corrections: false"]
    run = run_in_repository(
        [DBT, "--quiet", "run", "--select", "settings", *misspelt], warehouse, tmp_path
    )
    assert run.returncode != 0
    assert "There is no var `aply_corrections`" in run.stdout + run.stderr
    assert warehouse.read_bytes() == before


def test_a_users_table_is_not_replaced_by_a_mart(hal_traps_warehouse, tmp_path):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(hal_traps_warehouse, warehouse)
    with duckdb.connect(warehouse) as connection:
        connection.execute("drop view settings")
        connection.execute("create table settings as select 'mine' as note")
    command = [DBT, "--quiet", "run", "--select", "settings"]
    run = run_in_repository(command, warehouse, tmp_path)
    assert run.returncode != 0
    assert "The table `settings` was not made by dbt" in run.stdout + run.stderr
    with duckdb.connect(warehouse, read_only=True) as connection:
        assert connection.sql("from settings").fetchall() == [("mine",)]


def test_a_mart_that_was_a_table_becomes_a_view_again(hal_traps_warehouse, tmp_path):
    warehouse = tmp_path / "evalhouse.duckdb"
    shutil.copyfile(hal_traps_warehouse, warehouse)
    as_built = relation(warehouse, "settings")
    assert as_built[0] == "VIEW"
    with duckdb.connect(warehouse) as connection:
        connection.execute("create table kept as from settings")
        connection.execute("drop view settings")
        connection.execute("alter table kept rename to settings")
        connection.execute("comment on table settings is 'made by dbt'")
    command = [DBT, "--quiet", "run", "--select", "settings"]
    run = run_in_repository(command, warehouse, tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert relation(warehouse, "settings") == as_built


def relation(warehouse: Path, name: str) -> tuple:
    """Return what kind of relation it is, and the comments on it and its columns."""
    query = """
        select
            table_type,
            table_comment,
            (
                select list((column_name, comment) order by column_index)
                from duckdb_columns()
                where table_name = $name
            )
        from information_schema.tables
        where table_name = $name
    """
    with duckdb.connect(warehouse, read_only=True) as connection:
        (found,) = connection.execute(query, {"name": name}).fetchall()
    assert found[1]
    assert all(comment for _, comment in found[2])
    return found
