-- Grain: one row per task of which not all attempts tell the same family.
with

attempts as (
    select * from {{ ref('int_attempts_unioned') }}
),

final as (
    select
        source,
        benchmark,
        task_id,
        min(task_family) as task_family,
        case
            when min(task_family) < max(task_family) then max(task_family)
        end as other_family
    from attempts
    group by source, benchmark, task_id
    having
        count(task_family) between 1 and count(*) - 1
        or min(task_family) < max(task_family)
)

select * from final
