-- Grain: one row per failed attempt with an extreme number of actions.
with

attempts as (
    select * from {{ ref('attempts') }}
),

final as (
    select
        attempt_id,
        source,
        benchmark,
        task_id,
        agent,
        model,
        population,
        human_minutes,
        action_count
    from attempts
    where
        score = 0
        and action_count > {{ var('extreme_actions') }}
)

select * from final
