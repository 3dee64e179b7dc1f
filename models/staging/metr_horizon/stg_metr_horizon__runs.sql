-- Grain: one row per run record of METR's time-horizon pipeline and file.
{#- In milliseconds, since 1970. #}
{%- set year_1971 = 31536000000 %}
{%- set year_2200 = 7258118400000 %}
{%- set leap_year = 366 * 24 * 3600 * 1000 %}
with

source as (
    select
        *,
        {{ is_human_name('alias') }} as is_human
    from {{ source('raw', 'metr_horizon_runs') }}
),

timed as (
    select
        *,
        -- Before 1971 or after 2200: not a time, or in seconds, micro- or
        -- nanoseconds.
        -- Human runs count from zero: a length of time, not a date.
        not (is_human and started_at = 0)
        and not started_at between {{ year_1971 }} and {{ year_2200 }}
            as has_no_start,
        -- Negative, or over a year: one of the times is in another unit.
        not completed_at - started_at between 0 and {{ leap_year }}
            as has_no_end
    from source
),

renamed as (
    select
        ---------- ids
        'metr_horizon:' || run_id as attempt_id,
        file_id,
        run_id,
        'metr_horizon' as source,
        'metr' as benchmark,
        task_id,
        -- The short name in `model` is c3-5s for two models; the alias is not.
        alias as agent,

        ---------- text
        task_family,
        model as model_code,
        human_source,
        nullif(trim(fatal_error_from), '') as fatal_error_from,
        extra,
        nullif(trim(scaffold), '') as scaffold,
        task_source,
        nullif(trim(task_version), '') as task_version,

        ---------- numerics
        line,
        score,
        human_minutes,
        human_score,
        time_limit as time_limit_seconds,
        case
            when not (has_no_start or has_no_end)
                then (completed_at - started_at) / 1e3
        end as latency_seconds,
        total_tokens,
        generation_cost as generation_cost_usd,
        human_cost as human_cost_usd,
        dollar_equivalent as dollar_equivalent_usd,
        equal_task_weight,
        invsqrt_task_weight as inverse_sqrt_task_weight,

        ---------- booleans
        score_binarized = 1 as is_reported_success,
        is_human,
        has_no_start or has_no_end as has_impossible_times,

        ---------- timestamps
        {{ timestamp_from_millis(
            'case when started_at <> 0 and not has_no_start then started_at end'
        ) }} as started_at
    from timed
)

select * from renamed
