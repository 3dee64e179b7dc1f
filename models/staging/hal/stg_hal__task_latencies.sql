-- Grain: one row per task of a HAL trace that was timed.
with

source as (
    select * from {{ source('raw', 'hal_task_latencies') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        trace_number,
        pointer,
        task_id,

        ---------- numerics
        total_seconds as latency_seconds,
        call_count,

        ---------- timestamps
        {{ utc_timestamp('first_call_at') }} as started_at
    from source
)

select * from renamed
