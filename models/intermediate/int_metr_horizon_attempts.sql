-- Grain: one row per run record of METR's time-horizon pipeline and file.
with

runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

final as (
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
        human_minutes,
        latency_seconds,
        is_reported_success,
        started_at
    from runs
)

select * from final
