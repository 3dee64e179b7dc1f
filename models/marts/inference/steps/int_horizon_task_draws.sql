-- Grain: one row per bootstrap replicate, source, benchmark and task it draws.
-- All models share the draws, as they share the tasks. Families are drawn of
-- which a fit that draws (at most `bootstrap_max_tasks` tasks) has a task.
with

horizon_cells as (
    select * from {{ ref('int_horizon_cells') }}
),

replicates as (
    {{ number_series('1', var('bootstrap_replicates')) }}
),

task_families as (
    select
        source,
        benchmark,
        task_id,
        min(family_key) as family_key
    from horizon_cells
    group by source, benchmark, task_id
),

tasks as (
    select
        source,
        benchmark,
        task_id,
        family_key,
        row_number() over (
            partition by source, family_key
            order by benchmark, task_id
        ) as task_number
    from task_families
),

drawn_families as (
    select distinct
        source,
        family_key
    from horizon_cells
    where is_drawn
),

families as (
    select
        tasks.source,
        tasks.family_key,
        count(*) as task_count
    from tasks
    inner join drawn_families
        on
            tasks.source = drawn_families.source
            and tasks.family_key = drawn_families.family_key
    group by tasks.source, tasks.family_key
),

family_draws as (
    select
        replicates.number as replicate,
        families.source,
        families.family_key,
        families.task_count,
        {{ bootstrap_weight(
            'replicates.number', "families.source || ':' || families.family_key"
        ) }} as copy_count
    from replicates
    cross join families
),

numbers as (
    {{ number_series(
        '1',
        '(select coalesce(greatest(max(copy_count), max(task_count)), 0)'
        ~ ' from family_draws)'
    ) }}
),

-- Each copy of a family draws as many tasks as the family has.
task_draws as (
    select
        family_draws.replicate,
        family_draws.source,
        family_draws.family_key,
        1 + mod(
            {{ hash_number(
                "'" ~ var('bootstrap_seed') ~ ":' || family_draws.replicate"
                ~ " || ':' || family_draws.source"
                ~ " || ':' || family_draws.family_key"
                ~ " || ':' || copies.number || ':' || draws.number"
            ) }},
            family_draws.task_count
        ) as task_number,
        count(*) as draw_count
    from family_draws
    inner join numbers as copies
        on family_draws.copy_count >= copies.number
    inner join numbers as draws
        on family_draws.task_count >= draws.number
    group by
        family_draws.replicate,
        family_draws.source,
        family_draws.family_key,
        task_number
),

final as (
    select
        task_draws.replicate,
        tasks.source,
        tasks.benchmark,
        tasks.task_id,
        task_draws.draw_count
    from task_draws
    inner join tasks
        on
            task_draws.source = tasks.source
            and task_draws.family_key = tasks.family_key
            and task_draws.task_number = tasks.task_number
)

select * from final
