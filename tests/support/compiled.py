"""Refreshing a warehouse with the statements that dbt compiled, but without dbt.

dbt takes ten seconds to make two hundred views that are the same in every warehouse.
Here a warehouse that dbt has built is emptied, loaded again, and its tables are filled
by the statements with which dbt fills them.
"""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

# Bootstraps and pairs take most of the time, so tests of other views go without.
WITHOUT_INFERENCE = [
    "--exclude",
    "paired_comparisons",
    "int_rating_*",
    "int_horizon_*",
    # It counts the rows of every view.
    "views",
]
# The same of the compiled statements.
INFERENCE = re.compile(r"int_(rating|horizon)_|(paired_comparisons|views)$")
RELATION = re.compile(r'"evalhouse"\."(?:staging|intermediate|main)"\."(\w+)"')


def empty(warehouse: Path) -> None:
    """Leave no row in what is loaded and what is made of it."""
    with duckdb.connect(warehouse) as connection:
        # What dbt made in it is not what will be there.
        connection.execute("drop table intermediate.made")
        for schema in ("raw", "intermediate", "main"):
            for table in tables(connection, schema).values():
                connection.execute(f"delete from {table}")


def statements(compiled: Path) -> dict[str, str]:
    """Return the statement of each model by its name."""
    return {
        path.stem: path.read_text()
        for path in compiled.glob("evalhouse/models/**/*.sql")
        # Tests are in folders that are named as the YAML is.
        if not any(parent.suffix == ".yml" for parent in path.parents)
    }


def refresh(warehouse: Path, compiled: Path, *, with_inference: bool) -> None:
    """Fill the tables of an emptied warehouse, each after those that it reads."""
    models = statements(compiled)
    reads = {
        name: set(RELATION.findall(sql)) & models.keys() - {name}
        for name, sql in models.items()
    }
    with duckdb.connect(warehouse) as connection:
        made = tables(connection, "intermediate") | tables(connection, "main")
        assert made.keys() <= models.keys()
        for name in TopologicalSorter(reads).static_order():
            if name in made and (with_inference or not INFERENCE.match(name)):
                connection.execute(f"insert into {made[name]} by name {models[name]}")


def tables(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, str]:
    """Return the tables of a schema by name, as SQL names them."""
    names = connection.execute(
        "select table_name from duckdb_tables() where schema_name = ?", [schema]
    ).fetchall()
    return {name: f'"{schema}"."{name}"' for (name,) in names}
