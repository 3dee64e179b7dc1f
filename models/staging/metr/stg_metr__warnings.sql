-- Grain: one row per kind of warning about a METR file that was loaded.
with

source as (
    select * from {{ source('raw', 'metr_warnings') }}
),

renamed as (
    select
        ---------- ids
        file_id,

        ---------- text
        note_code as warning_code,
        detail,

        ---------- numerics
        line
    from source
)

select * from renamed
