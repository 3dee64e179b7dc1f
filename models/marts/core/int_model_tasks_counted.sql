-- Grain: one row per success rule, source, benchmark, population, task and
-- model that tried it.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

final as (
    select
        success_rule,
        source,
        benchmark,
        population,
        task_id,
        model,
        min(task_family) as task_family,
        -- Constant within a task; data_findings says where it is not.
        min(human_minutes) filter (where human_minutes > 0) as human_minutes,
        count(*) as attempt_count,
        count(*) filter (where is_success) as success_count
    from attempt_successes
    group by
        success_rule, source, benchmark, population, task_id, model
)

select * from final
