-- Grain: one row per HAL evaluation and task that has an outcome.
{%- set kinds = [
    'input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_tokens',
    'reasoning_tokens'
] %}
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

refused_parts as (
    select * from {{ ref('int_hal_refused_parts') }}
),

-- Refused calls by task. One that names no task may belong to any.
refused_calls as (
    select
        file_id,
        trace_number,
        count(*) filter (where part_name is null) > 0 as is_any_task
    from refused_parts
    where part = 'call'
    group by file_id, trace_number
),

tasks_with_refused_call as (
    select distinct
        file_id,
        trace_number,
        part_name as task_id
    from refused_parts
    where part = 'call'
),

-- Parent calls repeat their children's usage, so only leaves count.
call_sums as (
    select
        file_id,
        trace_number,
        task_id,
        count(*) as call_count,
        cast(
            {{ known_token_sum('input_tokens') }}
            + coalesce(sum(cache_read_tokens), 0)
            + coalesce(sum(cache_write_tokens), 0) as bigint
        ) as input_tokens,
        {{ known_token_sum('output_tokens') }} as output_tokens,
        -- Null if no call reports a cache, or reasoning.
        cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(cache_write_tokens) as bigint) as cache_write_tokens,
        cast(sum(reasoning_tokens) as bigint) as reasoning_tokens
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
        coalesce(task_results.status, 'scored') as status,
        task_results.is_reported_success,
        -- Without the refused calls this would be too low. A sum is not a call.
        coalesce(
            task_results.step_count,
            case
                when
                    coalesce(evaluations.log_shape, '') <> 'task_sums'
                    and tasks_with_refused_call.task_id is null
                    and not coalesce(refused_calls.is_any_task, false)
                    then call_sums.call_count
            end
        ) as action_count,
        coalesce(
            task_latencies.latency_seconds, task_results.wall_clock_seconds
        ) as latency_seconds,
        {%- for kind in kinds %}
        case
            when
                tasks_with_refused_call.task_id is null
                and not coalesce(refused_calls.is_any_task, false)
                then call_sums.{{ kind }}
        end as {{ kind }},
        {%- endfor %}
        task_latencies.started_at
    from evaluations
    inner join task_results
        on
            evaluations.file_id = task_results.file_id
            and evaluations.trace_number = task_results.trace_number
    left join call_sums
        on
            evaluations.file_id = call_sums.file_id
            and evaluations.trace_number = call_sums.trace_number
            and task_results.task_id = call_sums.task_id
    left join task_latencies
        on
            evaluations.file_id = task_latencies.file_id
            and evaluations.trace_number = task_latencies.trace_number
            and task_results.task_id = task_latencies.task_id
    left join refused_calls
        on
            evaluations.file_id = refused_calls.file_id
            and evaluations.trace_number = refused_calls.trace_number
    left join tasks_with_refused_call
        on
            evaluations.file_id = tasks_with_refused_call.file_id
            and evaluations.trace_number = tasks_with_refused_call.trace_number
            and task_results.task_id = tasks_with_refused_call.task_id
    where task_results.score is not null
)

select * from final
