-- Grain: one row per result.json of a job and file.
with

source as (
    select * from {{ source('raw', 'harbor_jobs') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        job_id,
        'harbor' as source,

        ---------- text
        pointer,
        extra,

        ---------- numerics
        trial_count,

        ---------- timestamps
        {{ utc_timestamp('started_at') }} as started_at,
        {{ utc_timestamp('finished_at') }} as finished_at
    from source
)

select * from renamed
