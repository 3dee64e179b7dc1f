-- Grain: one row per evaluation that has attempts: how its tasks went.
with

attempts as (
    select * from {{ ref('attempts') }}
),

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

-- All tasks of the benchmark that any run tried. Tasks that only perturbed runs
-- have, such as rewordings, cannot be tried by other runs.
known_tasks as (
    select
        source,
        benchmark,
        count(distinct task_id) as task_count,
        count(distinct case when population <> 'perturbed' then task_id end)
            as undisturbed_task_count
    from attempts
    group by source, benchmark
),

task_counts as (
    select
        source,
        benchmark,
        population,
        evaluation_id,
        count(distinct task_id) as attempted_task_count,
        count(*) as attempt_count,
        count(distinct case when outcome is not null then task_id end)
            as task_count,
        count(*) filter (where outcome = 'partial') as partial_count
    from attempts
    group by source, benchmark, population, evaluation_id
),

-- The source's own verdict if it judges every attempt, else any credit, the
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

counted as (
    select
        task_counts.*,
        case
            when task_counts.population = 'perturbed'
                then known_tasks.task_count
            else known_tasks.undisturbed_task_count
        end as known_task_count
    from task_counts
    inner join known_tasks using (source, benchmark)
),

final as (
    select
        evaluation_id,
        nullif(counted.task_count, 0) as task_count,
        counted.attempted_task_count,
        counted.attempt_count,
        counted.known_task_count,
        counted.attempted_task_count * 1e0
        / nullif(counted.known_task_count, 0) as task_share,
        counted.partial_count,
        verdicts.success_rule,
        verdicts.success_count,
        verdicts.failure_count
    from counted
    left join verdicts using (evaluation_id)
    where coalesce(verdicts.preference, 1) = 1
)

select * from final
