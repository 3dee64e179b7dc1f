-- Grain: one row per step of the plan of an Inspect log.
with

source as (
    select * from {{ source('raw', 'inspect_plan_steps') }}
),

renamed as (
    select
        file_id,
        step_number,
        -- Without the namespace.
        split_part(solver, '/', -1) as solver
    from source
)

select * from renamed
