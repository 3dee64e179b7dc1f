"""The dashboard's data file, from the views."""

import json
from pathlib import Path
from typing import Any

import duckdb

from common.files import written_whole
from plots.warehouse import WarehouseUnreadable

SCATTER_SIZE = 2_000

TOTALS_QUERY = """
    select
        attempt_count as total_records,
        -- As published: the number of task families.
        task_family_count as total_tasks,
        agent_count as total_agents,
        task_family_count as total_task_families,
        task_count as total_distinct_tasks
    from dashboard_totals
    where source = $source
"""
SCORE_QUERY = """
    select
        format('{:.1f}-{:.1f}', min_score, max_score) as bin,
        attempt_count as count
    from score_histogram
    where source = $source
    order by min_score
"""
# The bin above 1,000, which the dashboard leaves out, is shown if it is not empty.
ACTION_QUERY = """
    select action_count_bin as bin, attempt_count as count
    from action_count_histogram
    where source = $source and (max_action_count is not null or attempt_count > 0)
    order by min_action_count
"""
SCATTER_QUERY = f"""
    select action_count as x, score as y, agent, task_family as task
    from attempts
    where
        source = $source and population not in ('human', 'perturbed')
        and action_count is not null and score is not null
    order by md5(attempt_id), attempt_id
    limit {SCATTER_SIZE}
"""
AGENT_QUERY = """
    select
        agent,
        attempt_count as runs,
        round(mean_score, 4) as avg_score,
        round(mean_action_count, 1) as avg_actions,
        round(success_rate, 4) as success_rate
    from agent_leaderboard
    where source = $source
"""
TOP_AGENTS_QUERY = (
    f"{AGENT_QUERY} and attempt_count >= 50 order by avg_score desc, agent"
)
AGENT_SUMMARY_QUERY = f"{AGENT_QUERY} order by runs desc, agent"


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, source: str
) -> list[dict[str, Any]]:
    """Return the query's rows for `source` as JSON objects."""
    result = connection.execute(query, {"source": source})
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def dashboard_data(
    connection: duckdb.DuckDBPyConnection, source: str
) -> dict[str, Any]:
    """Return the published keys, and the two counts that `total_tasks` mixes up.

    Raises WarehouseUnreadable where the source has nothing to show.
    """
    totals = rows(connection, TOTALS_QUERY, source)
    if not totals:
        raise WarehouseUnreadable(
            f"source {source} has no scored attempts with a count of actions, which "
            "the dashboard's file needs: name another one with --source"
        )
    return totals[0] | {
        "score_histogram": rows(connection, SCORE_QUERY, source),
        "action_histogram": rows(connection, ACTION_QUERY, source),
        "scatter": rows(connection, SCATTER_QUERY, source),
        "top_agents": rows(connection, TOP_AGENTS_QUERY, source),
        "agent_summary": rows(connection, AGENT_SUMMARY_QUERY, source),
    }


def export(connection: duckdb.DuckDBPyConnection, source: str, path: Path) -> None:
    """Write the dashboard's data as JSON that is safe inside a script element."""
    text = json.dumps(
        dashboard_data(connection, source),
        allow_nan=False,
        ensure_ascii=False,
        indent=1,
    )
    with written_whole(path) as part:
        part.write_text(text.replace("</", "<\\/") + "\n", encoding="utf-8")
