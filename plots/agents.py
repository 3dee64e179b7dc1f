"""Which agents the figures with intervals show, and on which benchmark."""

import pandas as pd

from plots.text import POPULATIONS, RULES, largest_benchmark, some

# Fewer attempts say little about an agent.
FEW_ATTEMPTS = 10
# Of the others the best are shown, however few tasks they tried: those whose interval
# begins highest, since 2 of 2 tasks prove nothing.
BEST_COUNT = 3
# Three CTEs: the benchmark with the most attempts, as one fills a figure, its agents with
# the best, and by how many tasks they tried; of equally many the better come first.
LARGEST_BENCHMARK = f"""
    largest as (
        select benchmark, count(*) over () as benchmark_count
        from agent_intervals
        where
            source = $source and is_headline
            and population = 'capability'
        group by benchmark
        order by sum(attempt_count) desc, benchmark
        limit 1
    ),
    rated_agents as (
        select
            *,
            count(*) over () as agent_count,
            row_number() over (
                order by
                    attempt_count < {FEW_ATTEMPTS}, ci_low desc nulls last,
                    success_rate desc, task_count desc, agent
            ) <= {BEST_COUNT} as is_best
        from agent_intervals
        inner join largest using (benchmark)
        where
            source = $source and is_headline
            and population = 'capability'
    ),
    known_agents as (
        select
            *,
            row_number() over (
                order by
                    task_count desc, attempt_count desc, success_rate desc, agent
            ) as size_place,
            row_number() over (
                order by
                    is_best desc, attempt_count < {FEW_ATTEMPTS}, task_count desc,
                    attempt_count desc, success_rate desc, agent
            ) as shown_place
        from rated_agents
    )
"""


def few(attempt_count: int) -> str:
    """Return the mark of an agent with too few attempts."""
    return f" (under {FEW_ATTEMPTS})" if attempt_count < FEW_ATTEMPTS else ""


BEST_AND_LARGEST = "the best and those with the most tasks"


def whose(agents: pd.DataFrame, which: str = BEST_AND_LARGEST) -> str:
    """Return a subtitle: which agents on which benchmark a figure shows."""
    first = agents.iloc[0]
    shown = some(len(agents), first["agent_count"], "agent", which)
    return (
        f"{largest_benchmark(first)}{shown} · {RULES[first['success_rule']]} · "
        f"{POPULATIONS['capability']}"
    )
