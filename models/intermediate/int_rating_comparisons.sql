-- Grain: one row per success rule, source, basis, cluster and ordered pair of
-- models that met in it. A cluster is what decides at once: a task, or for the
-- basis max_accuracy a benchmark. Quadratic in the models of a cluster.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
),

results as (
    select
        success_rule,
        source,
        'task_outcome' as basis,
        benchmark || ':' || task_id as cluster_key,
        model,
        count(*) filter (where is_success) * 1e0 / count(*) as value
    from attempt_successes
    where
        population = 'capability'
        and model <> 'unknown'
    group by success_rule, source, benchmark, task_id, model
    union all
    select
        '*' as success_rule,
        source,
        'max_accuracy' as basis,
        benchmark as cluster_key,
        model,
        accuracy as value
    from best_evaluations
),

rivals as (
    select * from results
),

final as (
    select
        results.success_rule,
        results.source,
        results.basis,
        results.cluster_key,
        results.model,
        rivals.model as rival,
        case
            when results.value > rivals.value then 1e0
            when results.value = rivals.value then 0.5e0
            else 0e0
        end as points
    from results
    inner join rivals
        on
            results.success_rule = rivals.success_rule
            and results.source = rivals.source
            and results.basis = rivals.basis
            and results.cluster_key = rivals.cluster_key
            and results.model <> rivals.model
)

select * from final
