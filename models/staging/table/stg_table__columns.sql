-- Grain: one row per file and column of a table: what it was read as.
with

source as (
    select * from {{ source('raw', 'table_columns') }}
),

renamed as (
    select
        ---------- ids
        file_id,

        ---------- text
        name,
        taken_for,
        looks_like
    from source
)

select * from renamed
