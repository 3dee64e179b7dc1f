-- Grain: one row per task of a HAL trace that was timed.
-- A table that lost the ids of its tasks numbers their latencies from 0. Such a
-- number can be the id of another task, so it is no id here.
with

task_latencies as (
    select * from {{ ref('stg_hal__task_latencies') }}
),

task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

latency_keys as (
    select
        task_latencies.file_id,
        task_latencies.trace_number,
        count(task_results.task_id) < count(*)
        and count(try_cast(task_latencies.task_id as bigint)) = count(*)
        and max(try_cast(task_latencies.task_id as bigint)) = count(*) - 1
            as is_numbered
    from task_latencies
    left join task_results
        on
            task_latencies.file_id = task_results.file_id
            and task_latencies.trace_number = task_results.trace_number
            and task_latencies.task_id = task_results.task_id
    group by task_latencies.file_id, task_latencies.trace_number
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
