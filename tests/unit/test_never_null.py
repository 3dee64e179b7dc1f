"""What a column's description says about nulls is what dbt tests."""

import json
import shutil
import textwrap
from pathlib import Path

import pytest
from conftest import DBT, REPOSITORY, run_in_repository, runner

# Its pairs are numbered by task only: two of one task can have the same delta.
KEYLESS = {"int_action_delta_pairs"}
pytestmark = pytest.mark.slow
TEST = "tests/generic/never_null.sql"
PROJECT = {
    "dbt_project.yml": """
        name: described
        version: 0.1.0
        config-version: 2
        profile: described
        flags: {send_anonymous_usage_stats: false}
        """,
    "profiles.yml": """
        described:
          target: local
          outputs:
            local: {type: duckdb, path: described.duckdb}
        """,
    "models/_columns.md": """
        {% docs agent %}
        Its name. Never
        null.
        {% enddocs %}
        """,
    "models/models.yml": """
        models:
          - name: runs
            data_tests: [never_null]
            columns:
              - name: run_id
                description: Never null; 0 for the first.
              - name: agent
                description: "{{ doc('agent') }}"
              - name: score
                description: Between 0 and 1. Null where nobody scored.
        """,
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project of one view, which has the repository's own test."""
    folder = tmp_path_factory.mktemp("described")
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
    (folder / TEST).parent.mkdir(parents=True)
    shutil.copyfile(REPOSITORY / TEST, folder / TEST)
    return folder


def build(project: Path, run_id: str, agent: str, score: str):
    """Build the view of one row and test it."""
    select = f"select {run_id} as run_id, {agent} as agent, {score} as score"
    (project / "models" / "runs.sql").write_text(select)
    # What dbt is told for another project is not for this one.
    own = {"DBT_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project)}
    own |= {"DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
    return runner("dbt").run("build", folder=project, environment=own)


@pytest.mark.parametrize(
    ("run_id", "agent", "score", "passes"),
    [
        ("0", "'a'", "0.5", True),
        ("0", "'a'", "null", True),  # null where nobody scored
        ("null", "'a'", "0.5", False),
        ("0", "null", "0.5", False),  # said in a block, over the end of a line
    ],
)
def test_a_null_where_the_description_denies_it_fails(
    project, run_id, agent, score, passes
):
    run = build(project, run_id, agent, score)
    assert run.code == (0 if passes else 1), run.stdout + run.stderr
    counted = "PASS=2 WARN=0 ERROR=0" if passes else "PASS=1 WARN=0 ERROR=1"
    assert counted in run.stdout


def test_a_view_that_says_it_of_no_column_cannot_have_the_test(project):
    path = project / "models" / "models.yml"
    text = path.read_text()
    try:
        path.write_text(text.replace("Never null; ", "").replace("doc('agent')", "''"))
        run = build(project, "0", "'a'", "0.5")
    finally:
        path.write_text(text)
    assert run.code != 0
    assert "no column of runs is described as never null" in run.stdout


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What dbt has read of the project: its models, tests and seeds by id."""
    scratch = tmp_path_factory.mktemp("parsed")
    command = [DBT, "--quiet", "--write-json", "parse"]
    run = run_in_repository(command, scratch / "evalhouse.duckdb", scratch)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads((scratch / "target" / "manifest.json").read_text())["nodes"]


def models_with_test(nodes: dict[str, dict], *names: str) -> set[str]:
    """The ids of the models that a generic test of one of these names is about."""
    return {
        node["attached_node"]
        for node in nodes.values()
        if node["resource_type"] == "test"
        and node.get("test_metadata", {}).get("name") in names
    }


def test_every_public_view_is_tested_for_nulls(nodes):
    models = {
        id: node for id, node in nodes.items() if node["resource_type"] == "model"
    }
    public = {id for id, node in models.items() if node["schema"] == "main"}
    tested = models_with_test(nodes, "never_null")
    assert public
    assert public - tested == set()

    # A view that is not public can describe a column so too.
    said = {
        id
        for id, node in models.items()
        for column in node["columns"].values()
        if "never null" in " ".join(column["description"].lower().split())
    }
    assert said - tested == set()


def test_every_view_has_a_key(nodes):
    models = {id for id, node in nodes.items() if node["resource_type"] == "model"}
    keyed = models_with_test(nodes, "unique", "unique_combination")
    assert models - keyed == {f"model.evalhouse.{name}" for name in KEYLESS}


def test_never_null_is_not_said_of_some_rows_only(nodes):
    """dbt's test takes it to hold for every row."""
    for node in nodes.values():
        for column in node.get("columns", {}).values():
            words = " ".join(column["description"].lower().split())
            for rest in words.split("never null")[1:]:
                assert rest[:1] in (".", ";"), f"{node['name']}.{column['name']}"
