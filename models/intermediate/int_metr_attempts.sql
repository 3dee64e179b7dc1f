-- Grain: one row per METR run record and file.
with

runs as (
    select * from {{ ref('stg_metr__runs') }}
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
        'scored' as status,
        action_count,
        human_minutes
    from runs
)

select * from final
