-- Grain: one row per note of the loader about a HAL trace.
with

source as (
    select * from {{ source('raw', 'hal_notes') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        trace_number,
        pointer,

        ---------- text
        note_code,
        detail
    from source
)

select * from renamed
