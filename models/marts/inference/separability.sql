-- Grain: one row per success rule, source, benchmark and agent.
with

agent_intervals as (
    select * from {{ ref('agent_intervals') }}
),

paired_comparisons as (
    select * from {{ ref('paired_comparisons') }}
),

standings as (
    select
        *,
        count(*) over (
            partition by success_rule, source, benchmark, population
        ) as agent_count,
        rank() over (
            partition by success_rule, source, benchmark, population
            order by success_rate desc
        ) as rank,
        -- An agent with too few tasks to be compared is the best only if all
        -- have too few.
        first_value(agent) over (
            partition by success_rule, source, benchmark, population
            order by
                task_count >= {{ var('min_shared_tasks') }} desc,
                success_rate desc,
                agent asc
        ) as best_agent
    from agent_intervals
),

-- Each pair in both orders.
comparisons as (
    select
        success_rule,
        source,
        benchmark,
        agent_a as agent,
        agent_b as opponent,
        mean_difference as difference,
        is_separable
    from paired_comparisons
    union all
    select
        success_rule,
        source,
        benchmark,
        agent_b as agent,
        agent_a as opponent,
        -mean_difference as difference,
        is_separable
    from paired_comparisons
),

separations as (
    select
        success_rule,
        source,
        benchmark,
        agent,
        count(*) as compared_count,
        count(*) filter (where is_separable and difference < 0)
            as better_count,
        count(*) filter (where is_separable and difference > 0)
            as worse_count
    from comparisons
    group by success_rule, source, benchmark, agent
),

final as (
    select
        standings.success_rule,
        standings.source,
        standings.benchmark,
        standings.agent,
        standings.population,
        standings.task_count,
        standings.agent_count,
        -- Zero was observed: no other agent shares enough tasks.
        coalesce(separations.compared_count, 0) as compared_count,
        standings.success_rate,
        standings.best_agent,
        case
            when standings.agent = standings.best_agent then 0e0
            else comparisons.difference
        end as difference_to_best,
        case
            when standings.agent = standings.best_agent then false
            else comparisons.is_separable
        end as is_separable,
        standings.rank,
        1 + coalesce(separations.better_count, 0) as rank_low,
        standings.agent_count - coalesce(separations.worse_count, 0)
            as rank_high
    from standings
    left join separations
        on
            standings.success_rule = separations.success_rule
            and standings.source = separations.source
            and standings.benchmark = separations.benchmark
            and standings.agent = separations.agent
    left join comparisons
        on
            standings.success_rule = comparisons.success_rule
            and standings.source = comparisons.source
            and standings.benchmark = comparisons.benchmark
            and standings.agent = comparisons.agent
            and standings.best_agent = comparisons.opponent
)

{{ with_headline('final', ['source', 'benchmark', 'agent'], ['success_rule']) }}
