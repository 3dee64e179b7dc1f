-- Grain: one row per trajectory and file.
with

source as (
    select * from {{ source('raw', 'harbor_trajectories') }}
),

renamed as (
    select
        ---------- ids
        file_id,
        session_id,

        ---------- text
        pointer,
        atif_version,

        ---------- numerics
        agent_step_count,
        step_count
    from source
)

select * from renamed
