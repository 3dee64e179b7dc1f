-- Grain: one row per warning about a HAL trace that was loaded.
with

source as (
    select * from {{ source('raw', 'hal_warnings') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        trace_number,
        pointer,

        ---------- text
        note_code as warning_code,
        detail
    from source
)

select * from renamed
