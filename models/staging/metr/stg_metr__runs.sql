-- Grain: one row per METR run record and file.
with

source as (
    select * from {{ source('raw', 'metr_runs') }}
),

renamed as (
    select
        ---------- ids
        'metr:' || run_id as attempt_id,
        file_id,
        run_id,
        'metr' as source,
        'metr' as benchmark,
        {{ escaped('task_family', '/') }} || '/' || variant as task_id,
        agent,

        ---------- text
        task_family,
        variant as task_variant,
        extra,

        ---------- numerics
        line,
        score,
        action_count,
        human_minutes
    from source
)

select * from renamed
