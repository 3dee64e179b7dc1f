-- Grain: one row per attempt record and file, all sources in one shape.
with

metr_runs as (
    select * from {{ ref('stg_metr__runs') }}
),

metr_horizon_runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

hal_attempts as (
    select * from {{ ref('int_hal_attempts') }}
),

metr_attempts as (
    select
        attempt_id,
        source || ':' || agent as evaluation_id,
        file_id,
        source,
        benchmark,
        task_family,
        task_id,
        agent,
        score,
        'scored' as status,
        action_count,
        human_minutes,
        cast(null as double) as latency_seconds,
        cast(null as bigint) as input_tokens,
        cast(null as bigint) as output_tokens,
        cast(null as boolean) as is_reported_success,
        cast(null as timestamp) as started_at
    from metr_runs
),

metr_horizon_attempts as (
    select
        attempt_id,
        source || ':' || agent as evaluation_id,
        file_id,
        source,
        benchmark,
        task_family,
        task_id,
        agent,
        score,
        case
            when fatal_error_from is null then 'scored'
            when fatal_error_from = 'usageLimits' then 'limit'
            else 'error'
        end as status,
        cast(null as bigint) as action_count,
        human_minutes,
        latency_seconds,
        cast(null as bigint) as input_tokens,
        cast(null as bigint) as output_tokens,
        is_reported_success,
        started_at
    from metr_horizon_runs
),

hal_trace_attempts as (
    select
        attempt_id,
        evaluation_id,
        file_id,
        source,
        benchmark,
        cast(null as string) as task_family,
        task_id,
        agent,
        score,
        'scored' as status,
        action_count,
        cast(null as double) as human_minutes,
        latency_seconds,
        cast(input_tokens as bigint) as input_tokens,
        cast(output_tokens as bigint) as output_tokens,
        is_reported_success,
        started_at
    from hal_attempts
),

final as (
    select * from metr_attempts
    union all
    select * from metr_horizon_attempts
    union all
    select * from hal_trace_attempts
)

select * from final
