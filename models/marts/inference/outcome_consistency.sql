-- Grain: one row per success rule, source, benchmark and agent that tried a
-- task more than once.
with

agent_tasks as (
    {{ repeated_agent_tasks() | indent(4) }}
),

repeated_tasks as (
    select
        *,
        power(2 * success_rate - 1, 2) as consistency
    from agent_tasks
    where attempt_count >= 2
),

final as (
    select
        success_rule,
        source,
        benchmark,
        agent,
        population,
        count(*) as task_count,
        cast(sum(attempt_count) as bigint) as attempt_count,
        {{ mean_of_shares('consistency') }} as consistency_biased,
        {{ mean_of_shares(
            '(attempt_count * consistency - 1) / (attempt_count - 1)'
        ) }} as consistency,
        count(*) filter (where success_rate > 0 and success_rate < 1) * 1e0
        / count(*) as flip_share
    from repeated_tasks
    group by success_rule, source, benchmark, population, agent
)

{{ with_headline('final', ['source', 'benchmark', 'agent'], ['success_rule']) }}
