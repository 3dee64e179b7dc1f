-- Grain: one row per source, benchmark and task on which agents kept going and
-- failed.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

final as (
    select
        source,
        benchmark,
        task_id,
        count(*) as failure_count,
        count(distinct model) as model_count,
        count(distinct agent) as agent_count,
        median(action_count) as median_action_count,
        max(action_count) as max_action_count,
        min(human_minutes) as human_minutes,
        {{ sorted_distinct_list('model') }} as models
    from attempt_successes
    where
        success_rule = 'any_credit'
        and not is_success
        and population = 'capability'
        and action_count > {{ var('grinding_actions') }}
    group by source, benchmark, task_id
)

select * from final
