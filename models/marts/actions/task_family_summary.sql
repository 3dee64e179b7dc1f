-- Grain: one row per source, benchmark and task family.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

final as (
    select
        source,
        benchmark,
        task_family,
        count(*) as attempt_count,
        count(distinct task_id) as task_count,
        {{ exact_mean('score') }} as mean_score,
        avg(cast(is_success as integer)) as success_rate,
        median(action_count) as median_action_count,
        avg(action_count) as mean_action_count,
        {{ exact_mean('human_minutes') }} as mean_human_minutes
    from attempt_successes
    where
        success_rule = 'any_credit'
        and population = 'capability'
        and action_count is not null
        and task_family is not null
    group by source, benchmark, task_family
)

select * from final
