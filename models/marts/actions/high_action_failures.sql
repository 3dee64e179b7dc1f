-- Grain: one row per source, benchmark, agent and task with failures that took
-- far more actions than the agent's typical failure.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

failures as (
    select
        source,
        benchmark,
        agent,
        task_id,
        human_minutes,
        action_count
    from attempt_successes
    where
        success_rule = 'any_credit'
        and not is_success
        and population = 'capability'
        and action_count is not null
),

usual_failures as (
    select
        source,
        agent,
        median(action_count) as median_action_count
    from failures
    group by source, agent
),

final as (
    select
        source,
        failures.benchmark,
        agent,
        failures.task_id,
        count(*) as failure_count,
        min(failures.action_count) as min_action_count,
        max(failures.action_count) as max_action_count,
        median(failures.action_count) as median_action_count,
        min(failures.human_minutes) as human_minutes
    from failures
    inner join usual_failures using (source, agent)
    where
        failures.action_count > greatest(
            {{ var('high_action_multiple') }}
            * usual_failures.median_action_count,
            {{ var('high_action_floor') }}
        )
    group by
        source,
        failures.benchmark,
        agent,
        failures.task_id
)

select * from final
