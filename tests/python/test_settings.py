"""The vars of dbt_project.yml are seen in `settings`, and each may be changed.

dbt's unit tests run here, and nowhere else.
"""

import json
from typing import Any

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
