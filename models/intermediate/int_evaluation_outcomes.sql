-- Grain: one row per evaluation that has attempts: how its tasks went.
with

attempts as (
    select
        *,
        case when population = 'perturbed' then 1 else 0 end as is_perturbed
    from {{ ref('attempts') }}
),

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

-- All tasks of the benchmark that anyone is known to have tried. Runs that are
-- disturbed on purpose may have tasks of their own, such as rewordings.
known_tasks as (
    select
        source,
        benchmark,
        is_perturbed,
        count(distinct task_id) as known_task_count
    from attempts
    group by source, benchmark, is_perturbed
),

task_counts as (
    select
        source,
        benchmark,
        is_perturbed,
        evaluation_id,
        count(distinct task_id) as attempted_task_count,
        count(distinct case when outcome is not null then task_id end)
            as task_count,
        count(*) filter (where outcome = 'partial') as partial_count
    from attempts
    group by source, benchmark, is_perturbed, evaluation_id
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
        nullif(task_counts.task_count, 0) as task_count,
        task_counts.attempted_task_count,
        known_tasks.known_task_count,
        task_counts.attempted_task_count * 1e0 / known_tasks.known_task_count
            as task_share,
        task_counts.partial_count,
        verdicts.success_rule,
        verdicts.success_count,
        verdicts.failure_count
    from task_counts
    inner join known_tasks using (source, benchmark, is_perturbed)
    left join verdicts using (evaluation_id)
    where coalesce(verdicts.preference, 1) = 1
)

select * from final
