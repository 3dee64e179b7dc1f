-- Grain: one row per bootstrap replicate, source, benchmark and task that it
-- draws. All models share the draws, as they share the tasks. A family is drawn
-- if a fit with draws (at most `bootstrap_max_tasks` tasks) has one of its
-- tasks.
with

horizon_cells as (
    select * from {{ ref('int_horizon_cells') }}
),

replicates as (
    {{ number_series('1', var('bootstrap_replicates')) }}
),

drawn_families as (
    select distinct
        source,
        family_key
    from horizon_cells
    where is_drawn
),

family_replicates as (
    select
        drawn_families.source,
        drawn_families.family_key,
        replicates.number as replicate
    from drawn_families
    cross join replicates
),

{{ horizon_task_draw_ctes('horizon_cells') }}

final as (
    select
        replicate,
        source,
        benchmark,
        task_id,
        draw_count
    from task_draws
)

select * from final
