-- Grain: one row per HAL evaluation: what it used in all.
with

evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

task_latencies as (
    select * from {{ ref('stg_hal__task_latencies') }}
),

model_tokens as (
    select * from {{ ref('int_hal_model_tokens') }}
),

mean_latencies as (
    select
        file_id,
        trace_number,
        {{ exact_mean('latency_seconds') }} as mean_latency_seconds
    from task_latencies
    group by file_id, trace_number
),

token_sums as (
    select
        evaluation_id,
        {{ known_token_sum('input_tokens') }} as input_tokens,
        cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(cache_write_tokens) as bigint) as cache_write_tokens,
        {{ known_token_sum('output_tokens') }} as output_tokens,
        cast(sum(known_token_count) as bigint) as known_token_count,
        count(*) = count(input_tokens + output_tokens) as is_all_known
    from model_tokens
    group by evaluation_id
),

final as (
    select
        evaluations.evaluation_id,
        mean_latencies.mean_latency_seconds,
        token_sums.input_tokens,
        token_sums.cache_read_tokens,
        token_sums.cache_write_tokens,
        token_sums.output_tokens,
        -- Null unless it is known that there were none.
        case
            when
                token_sums.known_token_count > 0
                or token_sums.is_all_known
                then token_sums.known_token_count
        end as known_token_count
    from evaluations
    left join mean_latencies using (file_id, trace_number)
    left join token_sums using (evaluation_id)
)

select * from final
