-- Grain: one row per remark of the loader on a HAL trace.
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
