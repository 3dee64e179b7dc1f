-- Grain: one row per task of a HAL trace that has an outcome or a step count.
with

source as (
    select * from {{ source('raw', 'hal_task_results') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        trace_number,
        pointer,
        task_id,

        ---------- text
        decided_by,
        status,

        ---------- numerics
        case outcome when 'success' then 1e0 when 'failure' then 0e0 end
            as score,
        step_count,
        wall_clock_seconds,

        ---------- booleans
        -- The trace's own verdict is in its lists.
        case when decided_by = 'list' then outcome = 'success' end
            as is_reported_success,
        is_in_both_lists
    from source
)

select * from renamed
