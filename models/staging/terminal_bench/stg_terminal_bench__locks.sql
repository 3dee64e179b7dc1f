-- Grain: one row per tb.lock and file.
with

source as (
    select * from {{ source('raw', 'terminal_bench_locks') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        run_id,
        nullif(trim(model_name), '') as model_name,

        ---------- text
        pointer,
        agent_settings
    from source
)

select * from renamed
