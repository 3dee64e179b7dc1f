-- Grain: one row per HAL evaluation and model that it called.
-- total_usage covers the run; if it has no tokens, the leaf calls of the log
-- are summed. If a part was refused, its model's tokens are unknown.
{%- set kinds = [
    'input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens'
] %}
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

refused_parts as (
    select * from {{ ref('int_hal_refused_parts') }}
),

usages as (
    select
        file_id,
        trace_number,
        model_name,
        {{ kinds | join(', ') }},
        0 as refused_count
    from token_usage
    union all
    select
        file_id,
        trace_number,
        part_name as model_name,
        {%- for kind in kinds %}
        cast(null as bigint) as {{ kind }},
        {%- endfor %}
        1 as refused_count
    from refused_parts
    where part = 'usage'
),

traces_with_usage as (
    select
        file_id,
        trace_number
    from usages
    group by file_id, trace_number
    having
        sum(
            refused_count
            {%- for kind in kinds %}
            + coalesce({{ kind }}, 0)
            {%- endfor %}
        ) > 0
),

calls as (
    select
        file_id,
        trace_number,
        model_name,
        {{ kinds | join(', ') }},
        0 as refused_count
    from model_calls
    where is_leaf
    union all
    select
        file_id,
        trace_number,
        cast(null as string) as model_name,
        {%- for kind in kinds %}
        cast(null as bigint) as {{ kind }},
        {%- endfor %}
        1 as refused_count
    from refused_parts
    where part = 'call'
),

traces_with_calls_only as (
    select distinct
        calls.file_id,
        calls.trace_number
    from calls
    left join traces_with_usage
        on
            calls.file_id = traces_with_usage.file_id
            and calls.trace_number = traces_with_usage.trace_number
    where traces_with_usage.file_id is null
),

reports as (
    select usages.*
    from usages
    left join traces_with_calls_only
        on
            usages.file_id = traces_with_calls_only.file_id
            and usages.trace_number = traces_with_calls_only.trace_number
    where traces_with_calls_only.file_id is null
    union all
    select calls.*
    from calls
    inner join traces_with_calls_only
        on
            calls.file_id = traces_with_calls_only.file_id
            and calls.trace_number = traces_with_calls_only.trace_number
),

sums as (
    select
        evaluations.evaluation_id,
        coalesce(models_named.model, 'unknown') as model,
        sum(reports.refused_count) as refused_count,
        {{ known_token_sum('input_tokens', 'reports') }} as input_tokens,
        cast(sum(reports.cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(reports.cache_write_tokens) as bigint) as cache_write_tokens,
        {{ known_token_sum('output_tokens', 'reports') }} as output_tokens,
        cast(
            coalesce(
                sum(
                    coalesce(reports.input_tokens, 0)
                    + coalesce(reports.cache_read_tokens, 0)
                    + coalesce(reports.cache_write_tokens, 0)
                    + coalesce(reports.output_tokens, 0)
                ),
                0
            ) as bigint
        ) as known_token_count
    from evaluations
    inner join reports using (file_id, trace_number)
    left join models_named using (model_name)
    group by
        evaluations.evaluation_id,
        coalesce(models_named.model, 'unknown')
),

final as (
    select
        evaluation_id,
        model,
        {%- for kind in kinds %}
        case when refused_count = 0 then {{ kind }} end as {{ kind }},
        {%- endfor %}
        known_token_count
    from sums
)

select * from final
