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
        -- A score can exceed the reference's, which is 1.
        least(greatest(score, 0e0), 1e0) as score,
        case
            when fatal_error_from is null then 'scored'
            when fatal_error_from = 'usageLimits' then 'limit'
            else 'error'
        end as status,
        human_minutes,
        latency_seconds,
        -- Unknown if below zero or more than any run can spend.
        case
            when total_tokens between 0 and 1e15
                then cast(round(total_tokens) as bigint)
        end as total_tokens,
        -- A person's run uses no paid tokens, so its cost is unknown.
        case when not is_human then generation_cost_usd end as cost_usd,
        is_reported_success,
        started_at
    from runs
)

select * from final
