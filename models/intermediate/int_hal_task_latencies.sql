-- Grain: one row per task of a HAL trace that was timed.
-- If a table has lost its task ids, its latencies are numbered from 0. Such a
-- number can be the id of another task, so it is not used as an id.
with

task_latencies as (
    select * from {{ ref('stg_hal__task_latencies') }}
),

task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

task_counts as (
    select
        file_id,
        trace_number,
        count(*) as task_count
    from task_results
    group by file_id, trace_number
),

named_counts as (
    select
        task_latencies.file_id,
        task_latencies.trace_number,
        count(*) as latency_count,
        count(task_results.task_id) as named_count,
        count(try_cast(task_latencies.task_id as bigint)) = count(*)
        and max(try_cast(task_latencies.task_id as bigint)) = count(*) - 1
            as is_series
    from task_latencies
    left join task_results
        on
            task_latencies.file_id = task_results.file_id
            and task_latencies.trace_number = task_results.trace_number
            and task_latencies.task_id = task_results.task_id
    group by task_latencies.file_id, task_latencies.trace_number
),

-- If every task has a latency and few other keys do, the keys are ids: a task
-- that crashed is in no list.
latency_keys as (
    select
        file_id,
        trace_number,
        named_counts.is_series
        and named_counts.named_count < named_counts.latency_count
        and (
            named_counts.named_count < coalesce(task_counts.task_count, 0)
            or named_counts.named_count * 2 < named_counts.latency_count
        ) as is_numbered
    from named_counts
    left join task_counts using (file_id, trace_number)
),

final as (
    select
        file_id,
        trace_number,
        case
            when not latency_keys.is_numbered then task_latencies.task_id
        end as task_id,
        task_latencies.latency_seconds,
        task_latencies.call_count,
        task_latencies.started_at
    from task_latencies
    inner join latency_keys using (file_id, trace_number)
)

select * from final
