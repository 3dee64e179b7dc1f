-- Grain: one row per HAL evaluation: its totals. A sum with a part that was
-- refused or not reported is unknown.
with

evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

task_latencies as (
    select * from {{ ref('stg_hal__task_latencies') }}
),

task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

model_tokens as (
    select * from {{ ref('int_hal_model_tokens') }}
),

refused_parts as (
    select * from {{ ref('int_hal_refused_parts') }}
),

refused_times as (
    select
        file_id,
        trace_number,
        count(*) filter (where part = 'latency') as latency_count,
        count(*) filter (where part = 'wall_clock') as wall_clock_count
    from refused_parts
    group by file_id, trace_number
),

mean_latencies as (
    select
        file_id,
        trace_number,
        count(*) as timed_task_count,
        {{ exact_mean('latency_seconds') }} as mean_latency_seconds
    from task_latencies
    group by file_id, trace_number
),

mean_wall_clocks as (
    select
        file_id,
        trace_number,
        {{ exact_mean('wall_clock_seconds') }} as mean_wall_clock_seconds
    from task_results
    group by file_id, trace_number
),

token_sums as (
    select
        evaluation_id,
        count(*) = count(
            coalesce(
                input_tokens,
                cache_read_tokens,
                cache_write_tokens,
                output_tokens
            )
        ) as is_each_told,
        case
            when count(*) = count(input_tokens)
                then cast(sum(input_tokens) as bigint)
        end as input_tokens,
        cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(cache_write_tokens) as bigint) as cache_write_tokens,
        case
            when count(*) = count(output_tokens)
                then cast(sum(output_tokens) as bigint)
        end as output_tokens,
        cast(sum(known_token_count) as bigint) as known_token_count,
        count(*) = count(input_tokens + output_tokens) as is_all_known
    from model_tokens
    group by evaluation_id
),

final as (
    select
        evaluations.evaluation_id,
        mean_latencies.timed_task_count,
        -- A trace without logged calls may have wall-clock times of its tasks.
        case
            when refused_times.latency_count > 0
                then null
            when mean_latencies.mean_latency_seconds is not null
                then mean_latencies.mean_latency_seconds
            when coalesce(refused_times.wall_clock_count, 0) = 0
                then mean_wall_clocks.mean_wall_clock_seconds
        end as mean_latency_seconds,
        token_sums.input_tokens,
        -- A source that reports no cache has none, or counts it as input.
        case
            when token_sums.is_each_told then token_sums.cache_read_tokens
        end as cache_read_tokens,
        case
            when token_sums.is_each_told then token_sums.cache_write_tokens
        end as cache_write_tokens,
        token_sums.output_tokens,
        -- Null unless it is known that there was none.
        case
            when
                token_sums.known_token_count > 0
                or token_sums.is_all_known
                then token_sums.known_token_count
        end as known_token_count
    from evaluations
    left join mean_latencies
        on
            evaluations.file_id = mean_latencies.file_id
            and evaluations.trace_number = mean_latencies.trace_number
    left join mean_wall_clocks
        on
            evaluations.file_id = mean_wall_clocks.file_id
            and evaluations.trace_number = mean_wall_clocks.trace_number
    left join refused_times
        on
            evaluations.file_id = refused_times.file_id
            and evaluations.trace_number = refused_times.trace_number
    left join token_sums
        on evaluations.evaluation_id = token_sums.evaluation_id
)

select * from final
