"""A dbt project that builds in a second, for tests of how it is published.

Its three tables hold the id of the dbt invocation that made them: one generation is
whole if all three agree and none is short.
"""

import textwrap
from pathlib import Path

import duckdb

REPOSITORY = Path(__file__).resolve().parents[2]
ROWS = 2_000
PROJECT = {
    "dbt_project.yml": """
        name: tiny
        version: 0.1.0
        config-version: 2
        profile: tiny
        flags: {send_anonymous_usage_stats: false, write_json: false}
        models: {+materialized: table}
        """,
    "profiles.yml": """
        tiny:
          target: local
          outputs:
            local:
              type: duckdb
              path: evalhouse.duckdb
              threads: 2
              module_paths: ["REPOSITORY"]
              plugins:
                - module: loaders.warehouse.dbt_plugin
        """,
    "models/first.sql": """
        select '{{ invocation_id }}' as generation from range(ROWS)
        """,
    "models/second.sql": """
        select '{{ invocation_id }}' as generation from {{ ref('first') }}
        """,
    "models/third.sql": """
        select '{{ invocation_id }}' as generation from {{ ref('first') }}
        {{ env_var('THIRD_CLAUSE', '') }}
        """,
    "models/run_count.sql": """
        {{ config(materialized='view') }}
        select count(*) as run_count from {{ source('metr', 'metr_runs') }}
        """,
    "models/models.yml": """
        sources: [{name: metr, schema: raw, tables: [{name: metr_runs}]}]
        models:
          - name: first
            columns: [{name: generation, data_tests: [not_null]}]
        """,
    "tests/assert_tax_is_paid.sql": """
        {{ config(severity=env_var('SEVERITY', 'error')) }}
        select 1 as offence where {{ env_var('IS_TAX_EVADED', 'false') }}
        """,
    "tests/assert_third_is_right.sql": """
        select 1 as offence from {{ ref('third') }}
        where {{ env_var('IS_THIRD_WRONG', 'false') }}
        """,
    "seeds/rates.csv": """
        currency,rate
        usd,1.0
        """,
    "macros/make.sql": """
        {% macro make(sql) %}{% do run_query(sql) %}{% endmacro %}
        """,
}


def write_project(folder: Path) -> None:
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        text = text.replace("REPOSITORY", str(REPOSITORY)).replace("ROWS", str(ROWS))
        path.write_text(textwrap.dedent(text).lstrip())


def warehouse_of(project: Path) -> Path:
    return project / "evalhouse.duckdb"


def ask(project: Path, query: str) -> list[tuple]:
    with duckdb.connect(warehouse_of(project), read_only=True) as connection:
        return connection.execute(query).fetchall()


GENERATIONS = """
select generation, count(*)
from (from first union all from second union all from third)
group by generation
"""


def generation(project: Path) -> str:
    """Return the one generation that all tables are of."""
    [(invocation_id, row_count)] = ask(project, GENERATIONS)
    assert row_count == 3 * ROWS
    return invocation_id
