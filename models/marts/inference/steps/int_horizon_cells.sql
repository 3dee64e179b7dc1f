-- Grain: one row per success rule, weighting, source, model and task with a
-- human time: what the time horizons are fitted to.
with

model_tasks as (
    select * from {{ ref('int_model_tasks_counted') }}
),

cells as (
    select
        success_rule,
        source,
        model,
        benchmark,
        task_id,
        min(task_family) as task_family,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(success_count) as bigint) as success_count,
        log2(min(human_minutes)) as log2_minutes
    from model_tasks
    where
        population in ('capability', 'human')
        and human_minutes is not null
    group by success_rule, source, model, benchmark, task_id
),

keyed as (
    select
        *,
        -- A task without a family is its own.
        coalesce(
            {{ escaped('benchmark', ':') }} || ':family:' || task_family,
            {{ escaped('benchmark', ':') }} || ':task:' || task_id
        ) as family_key
    from cells
),

family_sizes as (
    select
        success_rule,
        source,
        model,
        family_key,
        count(*) as task_count
    from keyed
    group by success_rule, source, model, family_key
),

weightings as (
    select 'equal' as weighting
    union all
    select 'inverse_sqrt_family' as weighting
),

-- Numbers join faster than four names do.
fits as (
    select
        keyed.success_rule,
        weightings.weighting,
        keyed.source,
        keyed.model,
        row_number() over (
            order by
                keyed.success_rule,
                weightings.weighting,
                keyed.source,
                keyed.model
        ) as fit_number,
        count(*) as fit_task_count,
        count(distinct keyed.family_key) as fit_family_count
    from keyed
    cross join weightings
    group by
        keyed.success_rule,
        weightings.weighting,
        keyed.source,
        keyed.model
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
        keyed.success_rule,
        headline_fits.weighting,
        keyed.source,
        keyed.model,
        keyed.benchmark,
        keyed.family_key,
        keyed.task_id,
        keyed.attempt_count,
        keyed.success_count,
        keyed.success_count * 1e0 / keyed.attempt_count as success_share,
        keyed.log2_minutes,
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
    from keyed
    inner join family_sizes
        on
            keyed.success_rule = family_sizes.success_rule
            and keyed.source = family_sizes.source
            and keyed.model = family_sizes.model
            and keyed.family_key = family_sizes.family_key
    inner join headline_fits
        on
            keyed.success_rule = headline_fits.success_rule
            and keyed.source = headline_fits.source
            and keyed.model = headline_fits.model
)

select * from final
