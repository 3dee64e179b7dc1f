-- Grain: one row per oddity of an Inspect log that was loaded all the same.
with

source as (
    select * from {{ source('raw', 'inspect_warnings') }}
),

renamed as (
    select
        file_id,
        pointer,
        warning_code,
        detail
    from source
)

select * from renamed
