-- Grain: one row per refused record, or per file that was refused.
with

source as (
    select * from {{ source('raw', 'quarantine') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        position,

        ---------- text
        reason_code,
        detail,
        record_excerpt,

        ---------- numerics
        line
    from source
)

select * from renamed
