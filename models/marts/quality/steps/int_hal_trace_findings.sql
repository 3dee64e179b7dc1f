-- Grain: one row per finding about the trace of a HAL evaluation.
with

evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

traces as (
    select * from {{ ref('stg_hal__evaluations') }}
),

perturbed_traces as (
    select * from {{ ref('int_hal_traces_perturbed') }}
),

repeated_traces as (
    select * from {{ ref('int_hal_traces_repeated') }}
),

warnings as (
    select * from {{ ref('stg_hal__warnings') }}
),

corrections as (
    select * from {{ ref('corrections') }}
),

evaluation_totals as (
    select * from {{ ref('int_hal_evaluation_totals') }}
),

model_calls as (
    select * from {{ ref('stg_hal__model_calls') }}
),

unread_dates as (
    select
        'unreadable_date' as finding_code,
        source,
        evaluation_id as subject,
        'config.date is not a day such as 2025-04-23, so the prices of that'
        || ' day are unknown' as detail
    from evaluations
    where is_date_unread
),

repeated_evaluation_ids as (
    select
        case
            when is_conflicting then 'conflicting_evaluation_id'
            else 'duplicate_evaluation_id'
        end as finding_code,
        source,
        evaluation_id as subject,
        trace_count
        || case
            when is_conflicting
                then ' traces of this run disagree; none is counted'
            else ' traces hold the same run; the most complete is counted'
        end as detail
    from repeated_traces
),

loader_warnings as (
    select
        warnings.warning_code as finding_code,
        evaluations.source,
        evaluations.evaluation_id as subject,
        count(*) || ' time(s), for example at '
        || coalesce(nullif(min(warnings.pointer), ''), 'the top') || ': '
        || min(warnings.detail) as detail
    from evaluations
    inner join warnings using (file_id, trace_number)
    group by
        warnings.warning_code, evaluations.source, evaluations.evaluation_id
),

perturbed_runs as (
    select
        'perturbed_run' as finding_code,
        evaluations.source,
        evaluations.evaluation_id as subject,
        'it is not on the leaderboard: '
        || perturbed_traces.perturbation
        || case
            when perturbed_traces.perturbation_count > 1
                then
                    ' and '
                    || (perturbed_traces.perturbation_count - 1)
                    || ' more'
            else ''
        end as detail
    from evaluations
    inner join perturbed_traces using (file_id, trace_number)
),

call_totals as (
    select
        file_id,
        trace_number,
        cast(
            sum(
                coalesce(input_tokens, 0)
                + coalesce(cache_read_tokens, 0)
                + coalesce(cache_write_tokens, 0)
                + coalesce(output_tokens, 0)
            ) as bigint
        ) as token_count
    from model_calls
    where is_leaf
    group by file_id, trace_number
),

-- If a part was refused, the total is below the calls for that reason.
usage_below_calls as (
    select
        'usage_below_calls' as finding_code,
        evaluations.source,
        evaluation_id as subject,
        'total_usage has ' || evaluation_totals.known_token_count
        || ' tokens, but the logged calls used ' || call_totals.token_count
            as detail
    from evaluations
    inner join evaluation_totals using (evaluation_id)
    inner join call_totals using (file_id, trace_number)
    where
        evaluation_totals.input_tokens is not null
        and evaluation_totals.output_tokens is not null
        and call_totals.token_count
        > evaluation_totals.known_token_count * 1.01e0
),

applied_corrections as (
    select
        'corrected_value' as finding_code,
        evaluations.source,
        corrections.subject || ':' || corrections.column_name as subject,
        'published as ' || coalesce(corrections.published_value, 'null')
        || case
            when {{ var('apply_corrections') }}
                then
                    ', read as '
                    || coalesce(corrections.corrected_value, 'null')
            else ' and left unchanged'
        end
        || ': ' || corrections.reason as detail
    from corrections
    inner join evaluations
        on corrections.subject = evaluations.evaluation_id
    inner join traces using (file_id, trace_number)
    where
        case corrections.column_name
            when 'reasoning_effort'
                then
                    corrections.published_value
                    is not distinct from traces.reasoning_effort
            when 'total_cost_usd'
                then
                    try_cast(corrections.published_value as double)
                    is not distinct from traces.total_cost_usd
        end
),

final as (
    {{ union_findings([
        'unread_dates',
        'repeated_evaluation_ids',
        'loader_warnings',
        'perturbed_runs',
        'usage_below_calls',
        'applied_corrections',
    ]) }}
)

select * from final
