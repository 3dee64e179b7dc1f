-- Grain: one row per task whose attempts do not all give the same family, or do
-- not all give a human time.
with

attempts as (
    select * from {{ ref('int_attempts_unioned') }}
),

final as (
    select
        attempts.source,
        attempts.benchmark,
        attempts.task_id,
        min(attempts.task_family) as task_family,
        case
            when min(attempts.task_family) < max(attempts.task_family)
                then max(attempts.task_family)
        end as other_family,
        min(attempts.human_minutes) as human_minutes
    from attempts
    group by attempts.source, attempts.benchmark, attempts.task_id
    having
        count(attempts.task_family) between 1 and count(*) - 1
        or min(attempts.task_family) < max(attempts.task_family)
        or count(attempts.human_minutes) between 1 and count(*) - 1
)

select * from final
