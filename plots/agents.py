"""Which agents the figures with intervals show, and of which benchmark."""

import pandas as pd

from plots.text import ANY_CREDIT, POPULATIONS, clean, count

# Two CTEs: the benchmark with the most attempts, as one fills a figure, and its
# agents by how many tasks they tried.
LARGEST_BENCHMARK = """
    largest as (
        select benchmark, count(*) over () as benchmark_count
        from agent_intervals
        where
            source = $source and success_rule = 'any_credit'
            and population = 'capability'
        group by benchmark
        order by sum(attempt_count) desc, benchmark
        limit 1
    ),
    known_agents as (
        select
            *,
            count(*) over () as agent_count,
            row_number() over (
                order by task_count desc, attempt_count desc, agent
            ) as size_place
        from agent_intervals
        inner join largest using (benchmark)
        where
            source = $source and success_rule = 'any_credit'
            and population = 'capability'
    )
"""


def whose(agents: pd.DataFrame, which: str = "those with the most tasks") -> str:
    """Return which agents of which benchmark a figure shows, for its subtitle."""
    first = agents.iloc[0]
    benchmarks = first["benchmark_count"]
    return (
        f"benchmark {clean(first['benchmark'])}"
        f"{f', the largest of {count(benchmarks)}' if benchmarks > 1 else ''} · "
        f"{count(len(agents))} of {count(first['agent_count'])} agents, {which} · "
        f"{ANY_CREDIT} · {POPULATIONS['capability']}"
    )
