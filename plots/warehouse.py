"""Reads the views through one read-only connection and returns frames."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from common.warehouse import explained, open_read_only, remedied
from plots import LEADERBOARD_FIGURES

# Only figures need it.
if TYPE_CHECKING:
    import pandas as pd

# The figures were made for METR's runs; another source is drawn only if they are
# absent.
SOURCE_QUERY = """
select source
from attempts
group by source
order by
    source <> 'metr' or count(action_count) = 0,
    count(action_count) desc,
    count(*) desc,
    source
limit 1
"""

# Likewise HAL's evaluations; several benchmarks rank models better than one.
LEADERBOARD_SOURCE_QUERY = """
select source
from best_evaluations
where is_headline
group by source
order by
    source <> 'hal',
    count(distinct benchmark) = 1,
    count(*) desc,
    source
limit 1
"""


# Views of at most this many rows are read once for all figures, except tables, which
# are as fast to read again.
HELD_ROWS = 20_000


class WarehouseUnreadable(Exception):
    """The views cannot be read; the message says why and what to do next."""


def open_warehouse(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for reading or raise WarehouseUnreadable."""
    if not path.is_file():
        raise WarehouseUnreadable(
            f"{path}: no such warehouse. Load files first: python -m loaders PATH..., "
            "then refresh the views: dbt build"
        )
    try:
        return open_read_only(path)
    except duckdb.Error as error:
        reason = explained(error)
        if "Could not set lock" in reason:
            reason = reason.split(" See also")[0]
            reason += " Close the program that writes to it, then try again."
        elif not remedied(error):
            reason += " Name a warehouse with --db FILE or EVALHOUSE_DB."
        raise WarehouseUnreadable(f"{path}: {reason}") from error


def fetch(
    connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str], source: str
) -> dict[str, pd.DataFrame]:
    """Return each query's rows for `source`, under the query's name."""
    return {
        name: connection.execute(query, {"source": source}).df()
        for name, query in queries.items()
    }


def hold(connection: duckdb.DuckDBPyConnection, queries: Iterable[str]) -> None:
    """Compute each small view once that several of the queries read.

    A temporary table of the same name comes first where a query names it.
    """
    (database,) = connection.execute("select current_database()").fetchone()
    database = database.replace('"', '""')
    read = Counter(
        name
        for query in queries
        for name in set(re.findall(r"(?:from|join)\s+(\w+)", query))
    )
    small = connection.execute(
        "select view_name from views where row_count <= $1 "
        "and view_name in (select view_name from duckdb_views()) order by view_name",
        [HELD_ROWS],
    ).fetchall()
    for (view,) in small:
        if read[view] > 1:
            connection.execute(
                f'create or replace temp table "{view}" as '
                f'from "{database}".main."{view}"'
            )


def action_source(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the source to draw: METR's runs, else the one with the most actions or,
    where none has any, the most attempts.
    """
    row = connection.execute(SOURCE_QUERY).fetchone()
    return row[0] if row else "metr"


def leaderboard_source(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the source to rank: HAL's traces, else the largest, with benchmarks
    rather than one.
    """
    row = connection.execute(LEADERBOARD_SOURCE_QUERY).fetchone()
    return row[0] if row else "hal"


def figure_source(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """Return the source that figure `name` draws: its own choice, else its kind's."""
    # Imported here: a refusal needs no matplotlib.
    from plots.render import load_figure

    if query := getattr(load_figure(name), "SOURCE", ""):
        row = connection.execute(query).fetchone()
        return row[0] if row else action_source(connection)
    if name in LEADERBOARD_FIGURES:
        return leaderboard_source(connection)
    return action_source(connection)
