-- Grain: one row per success rule, summary population, source, benchmark, task
-- and model that tried it.
with

model_tasks as (
    select * from {{ ref('int_model_tasks_counted') }}
),

summary_populations as (
    select * from {{ ref('summary_populations') }}
),

outcomes as (
    select
        model_tasks.success_rule,
        summary_populations.population,
        model_tasks.source,
        model_tasks.benchmark,
        model_tasks.task_id,
        model_tasks.model,
        cast(sum(model_tasks.attempt_count) as bigint) as attempt_count,
        cast(sum(model_tasks.success_count) as bigint) as success_count
    from model_tasks
    inner join summary_populations
        on
            model_tasks.population = summary_populations.attempt_population
    group by
        model_tasks.success_rule,
        summary_populations.population,
        model_tasks.source,
        model_tasks.benchmark,
        model_tasks.task_id,
        model_tasks.model
),

final as (
    select
        success_rule,
        population,
        source,
        benchmark,
        task_id,
        model,
        attempt_count,
        success_count,
        success_count * 1e0 / attempt_count as success_rate
    from outcomes
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'task_id', 'model'],
    ['success_rule', 'population'],
    is_each=false
) }}
