"""One view over made-up rows: `python -m benchmarks.view SQL TABLE CSV`.

SQL is what dbt compiles; TABLE is the one mart that it reads, and CSV its rows.
"""

import sys
from pathlib import Path

import duckdb


def read_view(sql: str, table: str, rows: str) -> None:
    """Compute the view in the file `sql` over the rows of a CSV file."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as evalhouse")
        connection.execute(
            f"create table evalhouse.main.{table} as select * from read_csv(?)", [rows]
        )
        connection.execute(f"create table computed as {Path(sql).read_text()}")


if __name__ == "__main__":
    read_view(*sys.argv[1:])
