-- Grain: one row per config.json of a trial or a job, and file.
with

source as (
    select * from {{ source('raw', 'harbor_configs') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        job_id,

        ---------- text
        pointer,
        kind,
        name,
        agent_name,
        model_name,

        ---------- numerics
        attempts_per_task
    from source
)

select * from renamed
