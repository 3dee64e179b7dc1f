-- Grain: one row per number that a job sums its trials up to, and file.
with

source as (
    select * from {{ source('raw', 'harbor_metrics') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        job_id,
        eval_name,

        ---------- text
        pointer,
        metric,

        ---------- numerics
        k,
        value
    from source
)

select * from renamed
