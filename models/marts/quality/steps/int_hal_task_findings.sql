-- Grain: one row per finding about the tasks of a HAL evaluation.
with

evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

task_latencies as (
    select * from {{ ref('int_hal_task_latencies') }}
),

tasks_in_both_lists as (
    select
        'task_in_both_lists' as finding_code,
        evaluations.source,
        {{ hal_attempt_id(
            'evaluations.evaluation_id', 'task_results.task_id'
        ) }} as subject,
        'listed as successful and as failed; '
        || case
            when task_results.score is null then 'not counted'
            else 'counted as its raw result says'
        end as detail
    from evaluations
    inner join task_results using (file_id, trace_number)
    where task_results.is_in_both_lists
),

scored_tasks as (
    select
        file_id,
        trace_number,
        task_id
    from task_results
    where score is not null
),

evaluation_latencies as (
    select
        evaluations.source,
        evaluations.evaluation_id,
        count(*) as latency_count,
        count(*) filter (
            where
            task_latencies.latency_seconds = 0
            and task_latencies.call_count > 1
            and task_latencies.task_id is not null
        ) as zero_count,
        count(scored_tasks.task_id) as task_count
    from evaluations
    inner join task_latencies
        on
            evaluations.file_id = task_latencies.file_id
            and evaluations.trace_number = task_latencies.trace_number
    left join scored_tasks
        on
            evaluations.file_id = scored_tasks.file_id
            and evaluations.trace_number = scored_tasks.trace_number
            and task_latencies.task_id = scored_tasks.task_id
    group by evaluations.source, evaluations.evaluation_id
),

zero_latencies as (
    select
        'zero_latency_with_several_calls' as finding_code,
        source,
        evaluation_id as subject,
        zero_count || ' task(s) took 0 seconds over several model calls'
            as detail
    from evaluation_latencies
    where zero_count > 0
),

latencies_without_task as (
    select
        'latency_without_task' as finding_code,
        source,
        evaluation_id as subject,
        latency_count - task_count || ' of ' || latency_count
        || ' latencies belong to no task with an outcome; they count in the'
        || ' mean' as detail
    from evaluation_latencies
    where task_count < latency_count
),

final as (
    {{ union_findings([
        'tasks_in_both_lists',
        'zero_latencies',
        'latencies_without_task',
    ]) }}
)

select * from final
