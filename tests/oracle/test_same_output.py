"""The same attempts give the same numbers to the last digit, however they are added.

Several threads add doubles up in an order of their own, so a plain sum of them differs
between two readings. Every view is read with one thread and with several, and the
slowest tables, which are computed once, are computed again.
"""

from pathlib import Path

import duckdb
import pytest
from compiled import statements

_TABLES = ("int_rating_fits", "int_horizon_fits", "action_delta_summary")
_VIEWS = """
select view_name from duckdb_views()
where schema_name = 'main' and not internal
order by view_name
"""


def hash_of(connection: duckdb.DuckDBPyConnection, query: str, threads: int) -> str:
    """Return one hash for all rows of a query, in whatever order they come."""
    connection.execute(f"set threads = {threads}")
    texts = f"select cast(found as varchar) as text from ({query}) as found"
    (hashed,) = connection.execute(
        f"select md5(string_agg(text, chr(10) order by text)) from ({texts})"
    ).fetchone()
    return hashed


def test_every_view_reads_the_same_with_any_number_of_threads(real_views):
    views = [name for (name,) in real_views.execute(_VIEWS).fetchall()]
    assert len(views) > 30
    differing = [
        view
        for view in views
        if len({hash_of(real_views, f"from {view}", n) for n in (1, 4, 3)}) > 1
    ]
    assert differing == []


@pytest.mark.parametrize("table", _TABLES)
def test_a_table_is_computed_the_same_again(real_warehouse: Path, real_views, table):
    sql = statements(real_warehouse.parent / "target" / "compiled")[table]
    (schema,) = real_views.execute(
        "select schema_name from duckdb_tables() where table_name = ?", [table]
    ).fetchone()
    built = hash_of(real_views, f"from {schema}.{table}", 1)
    assert hash_of(real_views, sql, 4) == built
