-- Grain: one row per file, column of a table and what it was taken for.
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
