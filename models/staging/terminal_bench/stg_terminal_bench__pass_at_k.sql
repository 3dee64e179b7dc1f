-- Grain: one row per k of a run's results.json or run_metadata.json, and file.
with

source as (
    select * from {{ source('raw', 'terminal_bench_pass_at_k') }}
),

renamed as (
    select
        ---------- ids
        file_id,

        ---------- text
        pointer,

        ---------- numerics
        k,
        value
    from source
)

select * from renamed
