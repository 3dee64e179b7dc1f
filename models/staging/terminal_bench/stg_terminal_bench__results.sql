-- Grain: one row per results.json of a run: the harness's totals over its
-- trials.
with

source as (
    select * from {{ source('raw', 'terminal_bench_results') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        run_id,

        ---------- text
        pointer,
        pass_at_k,
        extra,

        ---------- numerics
        accuracy,
        resolved_count,
        unresolved_count
    from source
)

select * from renamed
