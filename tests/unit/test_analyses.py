"""Every analysis answers its question on the sample."""

import json
from pathlib import Path

import pytest
from conftest import DBT, REPOSITORY, run_in_repository

ANALYSES = sorted((REPOSITORY / "analyses").glob("*.sql"))
# dbt show prints the first six columns and dots for the rest.
SHOWN_COLUMNS = 6


@pytest.fixture(scope="module")
def compiled(sample_warehouse) -> dict[str, str]:
    """The SQL of each analysis by its name."""
    # Where the warehouse was built dbt knows the project already.
    scratch = sample_warehouse.parent
    command = [DBT, "--quiet", "--write-json", "compile"]
    run = run_in_repository(command, sample_warehouse, scratch)
    assert run.returncode == 0, run.stdout + run.stderr
    nodes = json.loads((scratch / "target" / "manifest.json").read_text())["nodes"]
    return {
        node["name"]: (REPOSITORY / node["compiled_path"]).read_text()
        for node in nodes.values()
        if node["resource_type"] == "analysis"
    }


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_analysis_answers(path: Path, compiled, sample_views):
    answer = sample_views.sql(compiled[path.stem])
    assert len(answer.columns) <= SHOWN_COLUMNS
    assert answer.fetchall()


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_analysis_begins_with_its_question(path: Path):
    first_line = path.read_text().splitlines()[0]
    assert first_line.startswith("-- ")
    assert first_line.endswith("?")


def test_dbt_show_prints_an_analysis(sample_warehouse):
    question = "do_more_actions_mean_failure"
    command = [DBT, "show", "--quiet", "--limit", "-1", "--select", question]
    run = run_in_repository(command, sample_warehouse, sample_warehouse.parent)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "| holding_fixed" in run.stdout
    assert "rho -0.334" in run.stdout
