-- Grain: one row per HAL evaluation and task that has an outcome.
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

model_calls as (
    select * from {{ ref('stg_hal__model_calls') }}
),

-- Parents repeat what their children used, so leaves alone count.
call_sums as (
    select
        file_id,
        trace_number,
        task_id,
        count(*) as call_count,
        {{ known_token_sum('input_tokens') }}
        + coalesce(sum(cache_read_tokens), 0)
        + coalesce(sum(cache_write_tokens), 0) as input_tokens,
        {{ known_token_sum('output_tokens') }} as output_tokens
    from model_calls
    where is_leaf
    group by file_id, trace_number, task_id
),

final as (
    select
        {{ hal_attempt_id(
            'evaluations.evaluation_id', 'task_results.task_id'
        ) }} as attempt_id,
        evaluations.evaluation_id,
        evaluations.file_id,
        evaluations.source,
        evaluations.benchmark,
        task_results.task_id,
        evaluations.agent,
        task_results.score,
        'scored' as status,
        task_results.is_reported_success,
        coalesce(task_results.step_count, call_sums.call_count)
            as action_count,
        task_latencies.latency_seconds,
        cast(call_sums.input_tokens as bigint) as input_tokens,
        cast(call_sums.output_tokens as bigint) as output_tokens,
        task_latencies.started_at
    from evaluations
    inner join task_results using (file_id, trace_number)
    left join call_sums using (file_id, trace_number, task_id)
    left join task_latencies using (file_id, trace_number, task_id)
    where task_results.score is not null
)

select * from final
