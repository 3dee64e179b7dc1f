"""The dashboard's data file, from the views."""

import json
from pathlib import Path
from typing import Any

import duckdb

from plots.whole import written_whole

SCATTER_SIZE = 2_000

TOTALS_QUERY = """
    select
        count(*) as total_records,
        -- As published: the number of task families.
        count(distinct benchmark || '/' || task_family) as total_tasks,
        count(distinct agent) as total_agents,
        count(distinct benchmark || '/' || task_family) as total_task_families,
        count(distinct benchmark || '/' || task_id) as total_distinct_tasks
    from attempt_successes
    where
        source = $source and success_rule = 'half_credit'
        and population <> 'human' and action_count is not null
"""
# Tenths of the score; the last one holds the full scores too.
SCORE_QUERY = """
    with bins as (
        select unnest(range(10)) as bin
    )
    select
        format('{:.1f}-{:.1f}', bin / 10, (bin + 1) / 10) as bin,
        count(score) as count
    from bins
    left join attempt_successes
        on
            source = $source and success_rule = 'half_credit'
            and population <> 'human' and action_count is not null
            and score >= bins.bin / 10
            and (score < (bins.bin + 1) / 10 or bins.bin = 9)
    group by bins.bin
    order by bins.bin
"""
# The lower edge belongs to a bin, the upper one to the next, but 1000 to the
# last published one. More than that gets a bin of its own where it occurs.
ACTION_QUERY = """
    with bins as (
        select
            unnest([
                '0-5', '5-10', '10-15', '15-20', '20-30', '30-50', '50-100',
                '100-1000', 'over 1000'
            ]) as bin,
            unnest([0, 5, 10, 15, 20, 30, 50, 100, 1001]) as low,
            unnest([5, 10, 15, 20, 30, 50, 100, 1001, null]) as high
    )
    select bin, coalesce(sum(attempt_count), 0)::bigint as count
    from bins
    left join action_count_frequencies
        on
            source = $source
            and action_count >= low
            and (action_count < high or high is null)
    group by bin, low, high
    having high is not null or sum(attempt_count) > 0
    order by low
"""
SCATTER_QUERY = f"""
    select action_count as x, score as y, agent, task_family as task
    from attempts
    where
        source = $source and population <> 'human'
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
    """Return the published keys, and the two counts that `total_tasks` mixes up."""
    totals = rows(connection, TOTALS_QUERY, source)[0]
    return totals | {
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
