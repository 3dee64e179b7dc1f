"""Importing this runs dbt once, so that forks of a process start warm.

dbt compiles code for its classes and its own macros when it first parses and builds a
project, which takes longer than a small project.
"""

import gc
import os
import tempfile
import textwrap
from pathlib import Path

import dbt.adapters.duckdb  # noqa: F401
from dbt.cli.main import dbtRunner

import loaders.warehouse.dbt_plugin  # noqa: F401

PROJECT = {
    "dbt_project.yml": "{name: warm, version: 1.0.0, config-version: 2, profile: warm,"
    " flags: {send_anonymous_usage_stats: false}}",
    # A fork cannot use what this process has open.
    "profiles.yml": "warm: {target: local, outputs: {local: {type: duckdb, "
    "path: 'FOLDER/warm.duckdb', keep_open: false}}}",
    # One of each kind, but for a unit test: to read one starts threads.
    "seeds/seed.csv": "id\n1\n",
    "models/first.sql": "select id from {{ ref('seed') }}",
    "models/second.sql": "{{ config(materialized='table') }} select 1 as id",
    "models/first.yml": """
        sources: [{name: raw, tables: [{name: runs}]}]
        models:
          - name: first
            description: One row.
            config: {persist_docs: {relation: true, columns: true}}
            columns: [{name: id, description: One., data_tests: [not_null]}]
        exposures: [{name: page, type: dashboard, owner: {name: x}}]
        """,
    "tests/first_is_one.sql": "select id from {{ ref('first') }} where id > 1",
    "analyses/question.sql": "select 1 as answer",
}


def build() -> None:
    """Parse a project, and build it with what that has left."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in PROJECT.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(text).replace("FOLDER", folder))
        places = ["--project-dir", folder, "--profiles-dir", folder]
        places += ["--target-path", f"{folder}/target", "--log-path", folder]
        # dbt's quick parser starts threads, for which a fork would wait forever.
        flags = ["--quiet", "--no-static-parser"]
        for command in ("parse", "build"):
            run = dbtRunner().invoke([*flags, command, *places])
            assert run.success, run.exception


# Nothing of it depends on what the tests set.
before = dict(os.environ)
for name in [name for name in before if name.startswith("DBT_")]:
    del os.environ[name]
try:
    build()
finally:
    os.environ.clear()
    os.environ.update(before)
# No fork looks through what is imported for garbage, nor copies it for that.
gc.collect()
gc.freeze()
