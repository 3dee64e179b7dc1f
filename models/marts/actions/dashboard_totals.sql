-- Grain: one row per source with scored attempts that have an action count.
with

attempts as (
    select * from {{ ref('attempts') }}
),

agent_tasks as (
    select
        source,
        benchmark,
        task_family,
        task_id,
        agent,
        count(*) as attempt_count
    from attempts
    where
        {{ is_undisturbed_agent() }}
        and action_count is not null
        and score is not null
    group by source, benchmark, task_family, task_id, agent
),

agent_totals as (
    select
        source,
        cast(sum(attempt_count) as bigint) as attempt_count,
        count(distinct agent) as agent_count
    from agent_tasks
    group by source
),

{{ task_total_ctes('agent_tasks') }},

final as (
    select
        source,
        agent_totals.attempt_count,
        task_totals.task_count,
        -- Null, not zero: the source has no such thing.
        family_totals.task_family_count,
        agent_totals.agent_count
    from agent_totals
    inner join task_totals using (source)
    left join family_totals using (source)
)

select * from final
