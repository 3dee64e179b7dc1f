-- Grain: one row per warning about an Inspect log that was loaded.
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
