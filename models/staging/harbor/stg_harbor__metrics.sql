-- Grain: one row per aggregate number of a job, and file.
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
