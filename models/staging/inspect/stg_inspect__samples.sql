-- Grain: one row per Inspect log, sample and epoch.
with

source as (
    select * from {{ source('raw', 'inspect_samples') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        sample_id,
        epoch,
        uuid,
        pointer,

        ---------- text
        error,
        limit_type,
        metadata,
        read_from,

        ---------- numerics
        total_seconds,
        working_seconds,
        -- The number of events before the scorer equals the number of calls, in
        -- all but two of the 401 samples that have both.
        coalesce(turn_count, model_event_count) as action_count,
        turn_count,
        model_event_count,
        message_count,
        assistant_message_count,
        tool_calling_message_count,
        tool_call_count,
        tool_message_count,
        retry_count,

        ---------- booleans
        coalesce(left(error, 14) = 'CancelledError', false) as is_cancelled,
        coalesce(is_invalidated, false) as is_invalidated,
        has_usage,

        ---------- timestamps
        {{ utc_timestamp('started_at') }} as started_at,
        {{ utc_timestamp('completed_at') }} as completed_at
    from source
)

select * from renamed
