-- Grain: one row per evaluation that has attempts: how its tasks went.
with

attempts as (
    select * from {{ ref('attempts') }}
),

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

task_counts as (
    select
        evaluation_id,
        count(distinct task_id) as task_count
    from attempts
    group by evaluation_id
),

-- The source's own verdict where it judges every attempt, else any credit, the
-- rule of METR's study.
verdicts as (
    select
        evaluation_id,
        success_rule,
        count(*) filter (where is_success) as success_count,
        count(*) filter (where not is_success) as failure_count,
        row_number() over (
            partition by evaluation_id
            order by
                count(*) desc,
                case success_rule when 'reported' then 1 else 2 end
        ) as preference
    from attempt_successes
    where success_rule in ('reported', 'any_credit')
    group by evaluation_id, success_rule
),

final as (
    select
        evaluation_id,
        task_counts.task_count,
        verdicts.success_rule,
        verdicts.success_count,
        verdicts.failure_count
    from task_counts
    left join verdicts using (evaluation_id)
    where coalesce(verdicts.preference, 1) = 1
)

select * from final
