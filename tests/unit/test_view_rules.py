"""What a view's YAML says of its rows is what dbt tests, in one query."""

import json
import shutil
import textwrap
from pathlib import Path

import pytest
from conftest import DBT, REPOSITORY, run_in_repository, runner

# It starts dbt.
pytestmark = pytest.mark.slow

# Its pairs are numbered by task only: two of one task can have the same delta.
KEYLESS = {"int_action_delta_pairs"}
OURS = (
    "tests/generic/rules.sql",
    "macros/broken_rules.sql",
    "macros/overrides/made.sql",
    "macros/overrides/test.sql",
)
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
        {% docs task %}
        Its name. Never
        null.
        {% enddocs %}
        """,
    "models/agents.sql": "select unnest(['x', 'y', 'z', null]) as agent",
    "tests/assert_no_run_is_long.sql": "select 7 as hours, 'r9' as run_id",
}
COLUMNS = "run_id, task, agent, score, status, is_headline"
GOOD = [
    "(null, 'a', 'x', 0.5, 'scored', true)",
    "(null, 'a', 'y', null, 'error', false)",
    "('r3', 'b', null, 1.0, 'scored', true)",
]
# Of each view: the rows after the good ones, and what its test prints.
BROKEN = {
    "key": (
        ["('r4', 'b', null, 0.0, 'error', false)"],
        ["key (task, agent) is broken by 2 rows, the first task = b, agent = null"],
    ),
    "unique": (
        ["('r3', 'a', 'z', 0.0, 'error', false)"],
        ["unique (run_id) is broken by 2 rows, the first run_id = r3"],
    ),
    "never_null": (
        ["('r4', null, 'z', 0.0, 'error', true)"],
        ["never_null (task) is broken by 1 row, task = null, agent = z"],
    ),
    "not_null": (
        ["('r4', 'b', 'z', 0.0, null, false)"],
        ["not_null (status) is broken by 1 row, task = b, agent = z"],
    ),
    "accepted_values": (
        ["('r4', 'b', 'z', 0.0, 'it''s lost', false)"],
        ["accepted_values (status) is broken by 1 row, task = b, agent = z"],
    ),
    "above": (
        ["('r4', 'b', 'z', 1.25, 'error', false)"],
        ["between (score) is broken by 1 row, task = b, agent = z"],
    ),
    "below": (
        ["('r4', 'b', 'z', -0.25, 'error', false)"],
        ["between (score) is broken by 1 row, task = b, agent = z"],
    ),
    "relationships": (
        ["('r4', 'b', 'w', 0.0, 'error', false)"],
        ["relationships (agent) is broken by 1 row, task = b, agent = w"],
    ),
    "without_headline": (
        ["('r4', 'c', 'x', 0.0, 'error', false)"],
        ["one_headline (task) is broken by 1 row, task = c"],
    ),
    "two_headlines": (
        ["('r4', 'a', 'z', 0.0, 'error', true)"],
        ["one_headline (task) is broken by 3 rows, the first task = a"],
    ),
    "second_headline": (
        ["('r4', 'c', 'x', 0.0, 'error', true)"],
        ["at_most_one_headline (agent) is broken by 2 rows, the first agent = x"],
    ),
    "several": (
        [
            "('r4', 'b', 'z', 2.0, 'error', false)",
            "('r5', 'b', 'y', 3.0, 'gone', false)",
        ],
        [
            "accepted_values (status) is broken by 1 row, task = b, agent = y",
            "between (score) is broken by 2 rows, the first task = b, agent = y",
        ],
    ),
}
RULES = """
  - name: {name}
    config: {{materialized: {materialized}}}
    data_tests:
      - rules:
          arguments:
            key: [task, agent]
            unique: [run_id]
            not_null: [status]
            accepted_values: {{status: [scored, error, "it's over"]}}
            between: {{score: [0, 1]}}
            relationships: {{agent: ref('agents')}}
            one_headline: [task]
            at_most_one_headline: [agent]
    columns:
      - name: run_id
        description: Null where the file has none.
      - name: task
        description: "{{{{ doc('task') }}}}"
      - name: is_headline
        description: Never null; one of each task.
"""


def write_view(project: Path, name: str, rows: list[str]) -> str:
    """Write a view of these rows; return what YAML says of it: the same of each."""
    sql = f"select * from (values {', '.join(rows)}) as runs ({COLUMNS})"
    (project / "models" / f"{name}.sql").write_text(sql)
    # A table is read for each kind of rule, a view once.
    materialized = "table" if name.startswith("n") else "view"
    return RULES.format(name=name, materialized=materialized)


def build(project: Path):
    """Build the project's views and test them."""
    # What dbt is told for another project is not for this one.
    own = {"DBT_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project)}
    own |= {"DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
    return runner("dbt").run("--quiet", "build", folder=project, environment=own)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project with the repository's own tests and no view."""
    folder = tmp_path_factory.mktemp("described")
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
    for name in OURS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def printed(project: Path) -> list[str]:
    """What a build prints of views that break one rule each, and of one that is good."""
    said = write_view(project, "good", GOOD)
    for name, (rows, _) in BROKEN.items():
        said += write_view(project, name, GOOD + rows)
    (project / "models" / "models.yml").write_text("models:\n" + said)
    run = build(project)
    assert run.code == 1, run.stdout + run.stderr
    return run.stdout.splitlines()


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_that_is_broken_is_named_with_its_column_and_a_row(printed, name):
    of_view = [line for line in printed if line.startswith(f"{name}: ")]
    assert sorted(of_view) == [f"{name}: {line}" for line in BROKEN[name][1]]


def test_no_rule_of_a_good_view_is_broken(printed):
    assert [line for line in printed if "good" in line] == []
    failed = [line for line in printed if "FAIL" in line and " rules_" in line]
    assert len(failed) == len(BROKEN)


def test_any_test_prints_the_rows_that_it_finds(printed):
    assert "assert_no_run_is_long: hours = 7, run_id = r9" in printed


def test_a_view_without_rules_cannot_have_the_test(project, printed):
    path = project / "models" / "models.yml"
    path.write_text("models: [{name: good, data_tests: [rules]}]\n")
    run = build(project)
    assert run.code != 0
    assert "nothing is said of good, so there is nothing to test" in run.stdout


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What dbt has read of the project: its models, tests and seeds by id."""
    scratch = tmp_path_factory.mktemp("parsed")
    command = [DBT, "--quiet", "--write-json", "parse"]
    run = run_in_repository(command, scratch / "evalhouse.duckdb", scratch)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads((scratch / "target" / "manifest.json").read_text())["nodes"]


@pytest.fixture(scope="module")
def rules(nodes: dict[str, dict]) -> dict[str, dict]:
    """What the test `rules` of each model is told, by the model's id."""
    return {
        node["attached_node"]: node["test_metadata"]["kwargs"]
        for node in nodes.values()
        if node["resource_type"] == "test"
        and node.get("test_metadata", {}).get("name") == "rules"
    }


def test_what_a_description_says_of_nulls_is_tested(nodes, rules):
    models = {
        id: node for id, node in nodes.items() if node["resource_type"] == "model"
    }
    public = {id for id, node in models.items() if node["schema"] == "main"}
    said = {
        id
        for id, node in models.items()
        for column in node["columns"].values()
        if "never null" in " ".join(column["description"].lower().split())
    }
    assert public
    assert public - said == set()
    assert said - set(rules) == set()


def test_every_view_has_a_key(nodes, rules):
    models = {id for id, node in nodes.items() if node["resource_type"] == "model"}
    keyed = {id for id, told in rules.items() if told.get("key") or told.get("unique")}
    assert models - keyed == {f"model.evalhouse.{name}" for name in KEYLESS}


def test_no_view_has_two_tests_where_one_would_do(nodes):
    """A test more is a query more over the whole view."""
    generic = [
        node["attached_node"] or node["depends_on"]["nodes"][0]
        for node in nodes.values()
        if node["resource_type"] == "test" and node.get("test_metadata")
    ]
    assert generic
    assert len(generic) == len(set(generic))


def test_never_null_is_not_said_of_some_rows_only(nodes):
    """dbt's test takes it to hold for every row."""
    for node in nodes.values():
        for column in node.get("columns", {}).values():
            words = " ".join(column["description"].lower().split())
            for rest in words.split("never null")[1:]:
                assert rest[:1] in (".", ";"), f"{node['name']}.{column['name']}"
