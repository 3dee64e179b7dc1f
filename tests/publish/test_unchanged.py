"""What cannot have changed is not made again, and what can have is."""

import json
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import REPOSITORY, runner

OURS = (
    "tests/generic/rules.sql",
    "macros/broken_rules.sql",
    "macros/generate_schema_name.sql",
    "macros/local_rows.sql",
    "macros/overrides",
)
PROJECT = {
    "dbt_project.yml": """
        name: small
        version: 0.1.0
        config-version: 2
        profile: small
        flags: {send_anonymous_usage_stats: false}
        on-run-start: ["{{ begin_refresh() }}"]
        on-run-end: ["{{ end_refresh() }}"]
        seeds:
          +full_refresh: true
          +persist_docs: {relation: true, columns: true}
          +post-hook: "{{ local_rows() }}"
        models:
          +persist_docs: {relation: true, columns: true}
        """,
    "profiles.yml": """
        small:
          target: local
          outputs:
            local: {type: duckdb, path: small.duckdb}
        """,
    "seeds/prices.csv": """
        model,price
        m,2
        """,
    "models/costs.sql": """
        select agent, tokens * price as cost
        from {{ source('raw', 'runs') }}
        inner join {{ ref('prices') }} using (model)
        """,
    "models/totals.sql": """
        {{ config(materialized='table') }}
        select agent, cast(sum(cost) as bigint) as cost
        from {{ ref('costs') }} group by agent
        """,
    "models/spenders.sql": """
        {{ config(materialized='table') }}
        select agent from {{ ref('totals') }} where cost > {{ least_cost() }}
        """,
    "models/spender_names.sql": "select upper(agent) as name from {{ ref('spenders') }}",
    "models/models.yml": """
        sources:
          - name: raw
            schema: raw
            tables: [{name: runs, columns: [{name: agent, data_type: varchar}]}]
        seeds:
          - name: prices
            config: {column_types: {model: varchar, price: bigint}}
            description: What a token costs.
            data_tests: [{rules: {arguments: {unique: [model]}}}]
        models:
          - name: costs
            description: A row per run.
          - name: totals
            description: A row per agent.
            config: {contract: {enforced: true}}
            columns:
              - {name: agent, data_type: varchar, description: Never null.}
              - {name: cost, data_type: bigint, description: In cents.}
            data_tests: [{rules: {arguments: {key: [agent]}}}]
          - name: spenders
            description: A row per agent that costs.
          - name: spender_names
            description: A row per agent that costs.
            data_tests: [{rules: {arguments: {key: [name]}}}]
        """,
    "macros/least_cost.sql": "{% macro least_cost() %}10{% endmacro %}",
}
VIEWS = {"costs", "totals", "spenders", "spender_names"}
TESTS = {"rules_prices", "rules_totals", "rules_spender_names"}
EVERYTHING = {"prices"} | VIEWS | TESTS


class Place:
    """A dbt project and its warehouse."""

    def __init__(self, folder: Path):
        self.folder = folder

    def write(self, name: str, change: Callable[[str], str] = str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text() if path.exists() else ""
        path.write_text(change(text))

    def run(self, sql: str) -> None:
        with duckdb.connect(self.folder / "small.duckdb") as connection:
            connection.execute(sql)

    def ask(self, sql: str) -> list[tuple]:
        with duckdb.connect(self.folder / "small.duckdb") as connection:
            return connection.execute(sql).fetchall()

    def build(self, *options: str, code: int = 0) -> set[str]:
        """Refresh; return what was made, and the tests that were asked."""
        own = {"DBT_PROJECT_DIR": str(self.folder), "DBT_PROFILES_DIR": "."}
        own |= {"DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
        own |= {"EVALHOUSE_LOCAL": str(self.folder / "local")}
        command = ["--quiet", "--write-json", "build", *options]
        run = runner("dbt").run(*command, folder=self.folder, environment=own)
        self.output = run.stdout + run.stderr
        assert run.code == code, self.output
        results = json.loads((self.folder / "target" / "run_results.json").read_text())
        made = set()
        for result in results["results"]:
            kind, _, name = result["unique_id"].split(".")[:3]
            messages = (result["message"], result["adapter_response"].get("_message"))
            if kind != "operation" and "UNCHANGED" not in messages:
                parts = name.split("__")[0] if kind == "test" else name
                made.add(next((test for test in TESTS if parts.startswith(test)), name))
        return made


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Place(tmp_path_factory.mktemp("small"))
    for name, text in PROJECT.items():
        place.write(name, lambda _, text=text: textwrap.dedent(text).lstrip())
    for name in OURS:
        target = place.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copyfile
        copy(REPOSITORY / name, target)
    place.run(
        "create schema raw;"
        "create table raw.runs as select * from (values ('x', 'm', 4), ('x', 'm', 3),"
        " ('y', 'm', 1)) as runs (agent, model, tokens)"
    )
    assert place.build() == EVERYTHING
    return place.folder


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Place:
    """A refreshed warehouse, and its project."""
    folder = tmp_path / "small"
    shutil.copytree(built, folder)
    return Place(folder)


def test_nothing_is_made_again(place):
    before = place.ask("from spender_names")
    assert before == [("X",)]
    assert place.build() == set()
    assert place.ask("from spender_names") == before
    assert place.build() == set()


def test_the_readers_of_a_seed_that_changed_are_made(place):
    place.write("seeds/prices.csv", lambda text: text.replace("m,2", "m,20"))
    assert place.build() == EVERYTHING
    assert place.ask("from totals order by agent") == [("x", 140), ("y", 20)]
    assert place.ask("from spender_names order by name") == [("X",), ("Y",)]


def test_a_view_that_changed_is_made_and_its_readers(place):
    place.write("models/spenders.sql", lambda text: text.replace(">", "<"))
    made = place.build()
    assert made == {"spenders", "spender_names", "rules_spender_names"}
    assert place.ask("from spender_names") == [("Y",)]


def test_a_description_that_changed_is_written(place):
    yaml = "models/models.yml"
    place.write(yaml, lambda text: text.replace("row per run.", "row per run of it."))
    assert "costs" in place.build()
    comment = "select comment from duckdb_views() where view_name = 'costs'"
    assert place.ask(comment) == [("A row per run of it.",)]


def test_rows_that_change_nothing_end_there(place):
    place.run("update raw.runs set tokens = tokens + 1 where tokens = 4")
    place.run("update raw.runs set tokens = tokens - 1 where tokens = 3")
    # The totals are as before, so what reads them is as it was.
    assert place.build() == {"totals"}
    place.run("insert into raw.runs values ('z', 'm', 10)")
    tests = TESTS - {"rules_prices"}
    assert place.build() == {"totals", "spenders"} | tests
    assert place.ask("from spender_names order by name") == [("X",), ("Z",)]


@pytest.mark.parametrize(
    ("edit", "made"),
    [
        ("update totals set cost = 0", {"totals"}),
        ("drop table totals cascade", {"totals"}),
        ("alter table totals rename cost to price", {"totals"}),
        ("alter table totals alter cost type integer", {"totals"}),
        ("create or replace view costs as select 'w' as agent, 1 as cost", {"costs"}),
        ("drop view costs", {"costs"}),
        ("delete from prices", {"prices"}),
    ],
)
def test_what_was_edited_in_the_warehouse_is_made_again(place, edit, made):
    before = place.ask("from totals order by all")
    place.run(edit)
    assert place.build() == made
    assert place.ask("from totals order by all") == before
    assert place.build() == set()


def test_a_column_of_an_empty_table_that_was_renamed_is_made_again(place):
    place.run("delete from raw.runs")
    place.build()
    assert place.ask("from totals") == []
    place.run("alter table totals rename cost to price")
    assert place.build() == {"totals"}
    assert place.ask("select cost from totals") == []
    assert place.build() == set()


def test_rows_of_ones_own_are_loaded_and_taken_back(place):
    place.write("local/prices.csv", lambda _: "model,price\nm,3\n")
    assert "prices" in place.build()
    assert place.ask("from prices") == [("m", 3)]
    (place.folder / "local" / "prices.csv").unlink()
    assert "prices" in place.build()
    assert place.ask("from prices") == [("m", 2)]


def test_a_seed_as_other_programs_write_it(place):
    """Quoted, with a mark of its encoding, and lines that end as on Windows."""
    text = '\ufeff"model","price"\r\n"m","2"\r\n"#n, ""o""",""\r\n"p\r\nq","007"\r\n'
    (place.folder / "seeds" / "prices.csv").write_bytes(text.encode())
    assert "prices" in place.build()
    assert place.ask("from prices order by all") == [
        ('#n, "o"', None),
        ("m", 2),
        ("p\r\nq", 7),
    ]


@pytest.mark.parametrize(
    "text", ["# Prices\nmodel,price\nm,2\n", "model,price\n# m\nm,2\n"]
)
def test_no_line_of_a_seed_is_passed_over(place, text):
    place.write("seeds/prices.csv", lambda _: text)
    place.build(code=1)
    assert "prices.csv" in place.output


@pytest.mark.parametrize(
    "change",
    [
        lambda place: place.write(
            "macros/least_cost.sql", lambda text: text.replace("10", "11")
        ),
        lambda place: place.run("drop table intermediate.made"),
    ],
    ids=["macro", "forgotten"],
)
def test_everything_is_made_after_a_change_to_all(place, change):
    change(place)
    assert place.build() == EVERYTHING


def test_what_the_project_no_longer_has_is_dropped(place):
    """And nothing that it has not made, whoever reads what is dropped."""
    place.run(
        "create view mine as select * from spender_names; comment on view mine is 'x'"
    )
    for name in ("spenders", "spender_names"):
        (place.folder / "models" / f"{name}.sql").unlink()
    place.write("models/models.yml", lambda text: text.partition("- name: spenders")[0])
    relations = "from duckdb_tables() select table_name where schema_name <> 'raw'"
    relations += " union from duckdb_views() select view_name where not internal"
    assert place.build("--select", "prices") == set()
    assert {name for (name,) in place.ask(relations)} == {
        *("prices", "costs", "totals", "mine", "made"),
    }


def test_full_refresh_and_a_selection_build_what_is_asked(place):
    assert place.build("--full-refresh") == EVERYTHING
    assert place.build("--select", "spenders") == {"spenders"}
    assert place.build() == set()


def test_a_test_that_failed_is_asked_again(place):
    place.run("insert into raw.runs values (null, 'm', 10)")
    for _ in range(2):
        made = place.build(code=1)
        assert "rules_totals" in made
    place.run("delete from raw.runs where agent is null")
    place.build()


@pytest.mark.parametrize(
    ("said", "found", "message"),
    [
        (
            "{name: cost, data_type: bigint",
            "{name: cost, data_type: double",
            "main.totals.cost: DOUBLE in its YAML, BIGINT in its SQL",
        ),
        ("{name: cost, data_type", "{name: price, data_type", '"price" not found'),
        (
            "- name: costs\n",
            (
                "- name: costs\n    config: {contract: {enforced: true}}\n"
                "    columns: [{name: agent, data_type: varchar, description: Its name.}]\n"
            ),
            "main.costs.cost: no such column in its YAML, BIGINT in its SQL",
        ),
    ],
)
def test_a_contract_that_is_broken_is_an_error(place, said, found, message):
    place.write("models/models.yml", lambda text: text.replace(said, found))
    place.build(code=1)
    assert message in place.output
