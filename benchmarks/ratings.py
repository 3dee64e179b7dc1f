"""The ratings over made-up results: `python -m benchmarks.ratings COMPILED TASKS BEST`.

COMPILED is the folder of the marts' SQL as dbt compiles it; TASKS and BEST are the rows
of int_model_tasks_counted and best_evaluations, as CSV.
"""

import sys
from pathlib import Path

import duckdb

from benchmarks.measure import REPOSITORY

# Each reads those before it.
STEPS = (
    "inference/steps/int_rating_models",
    "inference/steps/int_rating_results",
    "inference/steps/int_rating_comparisons",
    "inference/steps/int_rating_components",
    "inference/steps/int_rating_matches",
    "inference/steps/int_rating_fits",
    "inference/steps/int_rating_scores",
    "inference/steps/int_rating_systems",
    "inference/steps/int_rating_errors",
    "inference/model_ratings",
)
_TASKS = {
    "success_rule": "varchar",
    "source": "varchar",
    "benchmark": "varchar",
    "population": "varchar",
    "task_id": "varchar",
    "model": "varchar",
    "task_family": "varchar",
    "attempt_count": "bigint",
    "success_count": "bigint",
}
_BEST = {
    "repeats": "varchar",
    "source": "varchar",
    "benchmark": "varchar",
    "model": "varchar",
    "accuracy": "double",
}


def read_ratings(compiled: str, tasks: str, best: str) -> list[tuple]:
    """Compute the ratings, and return how many there are by basis and status."""
    seeds = REPOSITORY / "seeds"
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as evalhouse")
        for schema in ("intermediate", "seeds"):
            connection.execute(f"create schema evalhouse.{schema}")
        for table, path, types in (
            ("intermediate.int_model_tasks_counted", tasks, _TASKS),
            ("main.best_evaluations", best, _BEST),
            ("seeds.t_quantiles", seeds / "t_quantiles.csv", None),
            ("intermediate.int_headline_choices", seeds / "headline_choices.csv", None),
        ):
            columns = f", columns = {types}" if types else ""
            connection.execute(
                f"create table evalhouse.{table} as "
                f"select * from read_csv('{path}', header = true{columns})"
            )
        for step in STEPS:
            name = Path(step).name
            schema = "intermediate" if name.startswith("int_") else "main"
            sql = (Path(compiled) / f"{step}.sql").read_text()
            connection.execute(f"create table evalhouse.{schema}.{name} as {sql}")
        return connection.execute(
            "select basis, status, count(*) from evalhouse.main.model_ratings "
            "group by basis, status order by basis, status"
        ).fetchall()


if __name__ == "__main__":
    print(read_ratings(*sys.argv[1:]))
