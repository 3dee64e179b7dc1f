-- Grain: one row per HAL evaluation and model that it called.
-- total_usage covers the run; where a trace has none, the leaf calls of its log
-- are summed.
with

evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

token_usage as (
    select * from {{ ref('stg_hal__token_usage') }}
),

model_calls as (
    select * from {{ ref('stg_hal__model_calls') }}
),

models_named as (
    select * from {{ ref('int_hal_models_named') }}
),

traces_with_usage as (
    select distinct
        file_id,
        trace_number
    from token_usage
),

reports as (
    select
        file_id,
        trace_number,
        model_name,
        input_tokens,
        cache_read_tokens,
        cache_write_tokens,
        output_tokens
    from token_usage
    union all
    select
        model_calls.file_id,
        model_calls.trace_number,
        model_calls.model_name,
        model_calls.input_tokens,
        model_calls.cache_read_tokens,
        model_calls.cache_write_tokens,
        model_calls.output_tokens
    from model_calls
    left join traces_with_usage using (file_id, trace_number)
    where
        model_calls.is_leaf
        and traces_with_usage.file_id is null
),

final as (
    select
        evaluations.evaluation_id,
        coalesce(models_named.model, 'unknown') as model,
        {{ known_token_sum('input_tokens', 'reports') }} as input_tokens,
        cast(sum(reports.cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(reports.cache_write_tokens) as bigint) as cache_write_tokens,
        {{ known_token_sum('output_tokens', 'reports') }} as output_tokens,
        cast(
            sum(
                coalesce(reports.input_tokens, 0)
                + coalesce(reports.cache_read_tokens, 0)
                + coalesce(reports.cache_write_tokens, 0)
                + coalesce(reports.output_tokens, 0)
            ) as bigint
        ) as known_token_count
    from evaluations
    inner join reports using (file_id, trace_number)
    left join models_named using (model_name)
    group by
        evaluations.evaluation_id,
        coalesce(models_named.model, 'unknown')
)

select * from final
