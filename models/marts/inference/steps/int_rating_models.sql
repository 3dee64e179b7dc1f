-- Grain: one row per success rule, source, basis and model with a result: its
-- number, since numbers join and group faster than four names.
with

model_tasks as (
    select * from {{ ref('int_model_tasks_counted') }}
),

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
    where repeats = 'best'
),

models as (
    select
        success_rule,
        source,
        'task_outcome' as basis,
        model
    from model_tasks
    where
        population = 'capability'
        and model <> 'unknown'
    union all
    select
        '*' as success_rule,
        source,
        'max_accuracy' as basis,
        model
    from best_evaluations
),

distinct_models as (
    select distinct
        success_rule,
        source,
        basis,
        model
    from models
),

final as (
    select
        success_rule,
        source,
        basis,
        model,
        row_number() over (
            order by success_rule, source, basis, model
        ) as model_number
    from distinct_models
)

select * from final
