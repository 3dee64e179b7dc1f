-- Grain: one row per basis, source, benchmark, scaffold and model: the value by
-- which the model is compared with the others of its cell.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
),

pareto_frontier as (
    select * from {{ ref('pareto_frontier') }}
),

best_of_scaffold as (
    select
        source,
        benchmark,
        scaffold,
        model,
        max(accuracy) as value
    from evaluations
    where
        not is_excluded
        and accuracy is not null
    group by source, benchmark, scaffold, model
),

final as (
    select
        'max_accuracy' as basis,
        source,
        benchmark,
        '*' as scaffold,
        model,
        accuracy as value,
        false as is_smaller_better
    from best_evaluations
    union all
    select
        'scaffold' as basis,
        source,
        benchmark,
        scaffold,
        model,
        value,
        false as is_smaller_better
    from best_of_scaffold
    union all
    select
        'frontier_distance' as basis,
        source,
        benchmark,
        '*' as scaffold,
        model,
        frontier_distance as value,
        true as is_smaller_better
    from pareto_frontier
    where
        x_metric = 'cost'
        and is_comparable
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'model'],
    ['basis'],
    is_each=false
) }}
