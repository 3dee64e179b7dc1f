-- Grain: one row per file and path at which a load found its bytes.
with

source as (
    select * from {{ source('raw', 'file_paths') }}
),

renamed as (
    select
        file_id,
        path,
        -- With the slash at its end.
        regexp_replace(path, '[^/]*$', '') as folder
    from source
)

select * from renamed
