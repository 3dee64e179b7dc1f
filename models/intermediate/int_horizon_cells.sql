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

weighted as (
    select
        keyed.*,
        'equal' as weighting,
        1e0 as weight
    from keyed
    union all
    select
        keyed.*,
        'inverse_sqrt_family' as weighting,
        1 / sqrt(
            count(*) over (
                partition by success_rule, source, model, family_key
            )
        ) as weight
    from keyed
),

final as (
    select
        -- Numbers join faster than four names do.
        dense_rank() over (
            order by success_rule, weighting, source, model
        ) as fit_number,
        success_rule,
        weighting,
        source,
        model,
        benchmark,
        family_key,
        task_id,
        attempt_count,
        success_count,
        success_count * 1e0 / attempt_count as success_share,
        log2_minutes,
        weight,
        count(*) over (
            partition by success_rule, weighting, source, model
        ) as fit_task_count
    from weighted
)

select * from final
