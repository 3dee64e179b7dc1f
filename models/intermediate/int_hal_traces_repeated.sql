-- Grain: one row per HAL run id that more than one trace holds.
-- The same run comes as an encrypted zip, decrypted, and reduced to its
-- headline. Of traces that agree, the most complete one is kept.
with

traces as (
    select * from {{ ref('stg_hal__evaluations') }}
),

models_named as (
    select * from {{ ref('int_hal_models_named') }}
),

task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

task_latencies as (
    select * from {{ ref('stg_hal__task_latencies') }}
),

model_calls as (
    select * from {{ ref('stg_hal__model_calls') }}
),

token_usage as (
    select * from {{ ref('stg_hal__token_usage') }}
),

contradicted_runs as (
    select * from {{ ref('int_hal_runs_contradicted') }}
),

-- Only one trace of a run may have the provider before the model.
evaluations as (
    select
        traces.*,
        models_named.model_alias
    from traces
    left join models_named
        on traces.model_name = models_named.model_name
),

detail_counts as (
    select
        file_id,
        trace_number,
        count(*) as detail_count
    from (
        select
            file_id,
            trace_number
        from task_results
        union all
        select
            file_id,
            trace_number
        from task_latencies
        union all
        select
            file_id,
            trace_number
        from model_calls
        union all
        select
            file_id,
            trace_number
        from token_usage
    ) as details
    group by file_id, trace_number
),

ranked as (
    select
        evaluations.evaluation_id,
        evaluations.source,
        file_id,
        trace_number,
        row_number() over (
            partition by evaluations.evaluation_id
            order by
                detail_counts.detail_count desc nulls last,
                file_id asc,
                trace_number asc
        ) as fullness_rank,
        -- Null and a value count as different, so null is compared as empty
        -- text.
        concat_ws(
            '|',
            {%- for column in [
                'benchmark',
                'agent',
                'model_alias',
                'reasoning_effort',
                'accuracy',
                'total_cost_usd',
            ] %}
            coalesce(cast(evaluations.{{ column }} as string), '')
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as headline
    from evaluations
    left join detail_counts using (file_id, trace_number)
),

compared as (
    select
        evaluation_id,
        source,
        count(*) as trace_count,
        min(headline) <> max(headline) as has_other_headlines,
        min(case when fullness_rank = 1 then file_id end) as fullest_file_id,
        min(case when fullness_rank = 1 then trace_number end)
            as fullest_trace_number
    from ranked
    group by evaluation_id, source
    having count(*) > 1
),

judged as (
    select
        compared.evaluation_id,
        compared.source,
        compared.trace_count,
        compared.fullest_file_id,
        compared.fullest_trace_number,
        compared.has_other_headlines
        or contradicted_runs.evaluation_id is not null as is_conflicting
    from compared
    left join contradicted_runs
        on compared.evaluation_id = contradicted_runs.evaluation_id
),

final as (
    select
        evaluation_id,
        source,
        trace_count,
        is_conflicting,
        -- Of conflicting traces none is kept, since nothing says which is
        -- right; data_findings names them.
        case when not is_conflicting then fullest_file_id end as kept_file_id,
        case when not is_conflicting then fullest_trace_number end
            as kept_trace_number
    from judged
)

select * from final
