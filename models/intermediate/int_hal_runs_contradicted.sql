-- Grain: one row per HAL run id whose traces contradict each other about a
-- task, the tokens or the day.
with

evaluations as (
    select * from {{ ref('stg_hal__evaluations') }}
),

task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

task_latencies as (
    select * from {{ ref('stg_hal__task_latencies') }}
),

token_usage as (
    select * from {{ ref('stg_hal__token_usage') }}
),

contradicted_tasks as (
    select
        evaluations.evaluation_id,
        task_results.task_id
    from evaluations
    inner join task_results using (file_id, trace_number)
    group by evaluations.evaluation_id, task_results.task_id
    having
        min(task_results.score) <> max(task_results.score)
        or min(task_results.step_count) <> max(task_results.step_count)
),

-- Sums are compared: a reduced trace numbers its tasks, and rounds.
latency_sums as (
    select
        file_id,
        trace_number,
        count(latency_seconds) as latency_count,
        {{ exact_sum('latency_seconds', 6) }} as latency_seconds
    from task_latencies
    group by file_id, trace_number
),

token_sums as (
    select
        file_id,
        trace_number,
        count(*) as model_count,
        sum(
            coalesce(input_tokens, 0)
            + coalesce(cache_read_tokens, 0)
            + coalesce(cache_write_tokens, 0)
        ) as read_tokens,
        sum(coalesce(cache_read_tokens, 0)) as cache_read_tokens,
        sum(coalesce(output_tokens, 0)) as output_tokens
    from token_usage
    group by file_id, trace_number
),

contradicted_sums as (
    select evaluations.evaluation_id
    from evaluations
    left join latency_sums using (file_id, trace_number)
    left join token_sums using (file_id, trace_number)
    group by evaluations.evaluation_id
    having
        min(evaluations.evaluated_on) <> max(evaluations.evaluated_on)
        or (
            min(latency_sums.latency_count) = max(latency_sums.latency_count)
            and max(latency_sums.latency_seconds)
            > min(latency_sums.latency_seconds) * (1 + 1e-6) + 1e-3
        )
        or (
            min(token_sums.model_count) = max(token_sums.model_count)
            and (
                min(token_sums.read_tokens) <> max(token_sums.read_tokens)
                or min(token_sums.cache_read_tokens)
                <> max(token_sums.cache_read_tokens)
                or min(token_sums.output_tokens)
                <> max(token_sums.output_tokens)
            )
        )
),

final as (
    select evaluation_id from contradicted_tasks
    union
    select evaluation_id from contradicted_sums
)

select * from final
