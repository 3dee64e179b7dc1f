-- Grain: one row per success rule, weighting, source, model and task with a
-- human time: what the time horizons are fitted to. With many tasks and agents
-- there are nearly as many cells as attempts, so they are grouped and joined by
-- numbers, and named last.
{%- set group_names = ['success_rule', 'source', 'model'] %}
{%- set task_names = ['source', 'benchmark', 'task_id'] %}
{%- set counted = ref('int_model_tasks_counted') %}
{%- set is_timed = "population in ('capability', 'human')"
    ~ " and human_minutes is not null" %}
with

fit_groups as (
    select
        {{ group_names | join(', ') }},
        row_number() over (order by {{ group_names | join(', ') }})
            as group_number
    from {{ counted }}
    where {{ is_timed }}
    group by {{ group_names | join(', ') }}
),

-- All models have the same human time for a task, even if their runs differ.
tasks as (
    select
        {{ task_names | join(', ') }},
        row_number() over (order by {{ task_names | join(', ') }})
            as task_number,
        log2(min(human_minutes)) as log2_minutes
    from {{ counted }}
    where {{ is_timed }}
    group by {{ task_names | join(', ') }}
),

-- Numbered in the order of the names, so that the smallest number has the first
-- name.
families as (
    select
        benchmark,
        task_family,
        row_number() over (order by benchmark, task_family) as family_number
    from {{ counted }}
    where {{ is_timed }} and task_family is not null
    group by benchmark, task_family
),

numbered as (
    select
        fit_groups.group_number,
        tasks.task_number,
        families.family_number,
        model_tasks.attempt_count,
        model_tasks.success_count,
        tasks.log2_minutes
    from {{ counted }} as model_tasks
    inner join fit_groups using ({{ group_names | join(', ') }})
    inner join tasks using ({{ task_names | join(', ') }})
    left join families using (benchmark, task_family)
    where {{ is_timed }}
),

-- A task without a family is its own family, with a number below zero.
cells as (
    select
        group_number,
        task_number,
        coalesce(min(family_number), -task_number) as family_number,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(success_count) as bigint) as success_count,
        min(log2_minutes) as log2_minutes
    from numbered
    group by group_number, task_number
),

family_sizes as (
    select
        group_number,
        family_number,
        count(*) as task_count
    from cells
    group by group_number, family_number
),

weightings as (
    select 'equal' as weighting
    union all
    select 'inverse_sqrt_family' as weighting
),

group_sizes as (
    select
        group_number,
        cast(sum(task_count) as bigint) as fit_task_count,
        count(*) as fit_family_count
    from family_sizes
    group by group_number
),

fits as (
    select
        fit_groups.success_rule,
        weightings.weighting,
        fit_groups.source,
        fit_groups.model,
        group_number,
        row_number() over (
            order by
                fit_groups.success_rule,
                weightings.weighting,
                fit_groups.source,
                fit_groups.model
        ) as fit_number,
        group_sizes.fit_task_count,
        group_sizes.fit_family_count
    from fit_groups
    inner join group_sizes using (group_number)
    cross join weightings
),

headline_fits as (
    {{ with_headline(
        'fits',
        ['source', 'model'],
        ['success_rule', 'weighting'],
        own={'success_rule': 'headline_choices.horizon_success_rule'}
    ) | indent(4) }}
),

final as (
    select
        headline_fits.fit_number,
        headline_fits.success_rule,
        headline_fits.weighting,
        headline_fits.source,
        headline_fits.model,
        tasks.benchmark,
        coalesce(
            {{ escaped('tasks.benchmark', ':') }}
            || ':family:' || families.task_family,
            {{ escaped('tasks.benchmark', ':') }} || ':task:' || tasks.task_id
        ) as family_key,
        tasks.task_id,
        cells.attempt_count,
        cells.success_count,
        cells.success_count * 1e0 / cells.attempt_count as success_share,
        cells.log2_minutes,
        case headline_fits.weighting
            when 'equal' then 1e0
            when 'inverse_sqrt_family' then 1 / sqrt(family_sizes.task_count)
        end as weight,
        headline_fits.fit_task_count,
        headline_fits.fit_family_count,
        headline_fits.is_headline,
        headline_fits.is_headline
        and headline_fits.fit_task_count <= {{ var('bootstrap_max_tasks') }}
            as is_drawn
    from cells
    inner join family_sizes using (group_number, family_number)
    inner join headline_fits using (group_number)
    inner join tasks using (task_number)
    left join families using (family_number)
)

select * from final
