-- Grain: one row per repeats, basis, source, benchmark, scaffold and model: the
-- value by which the model is compared with the others in its cell.
with

win_rate_cells as (
    select * from {{ ref('int_win_rate_cells') }}
),

pareto_frontier as (
    select * from {{ ref('pareto_frontier') }}
),

final as (
    select
        repeats,
        basis,
        source,
        benchmark,
        scaffold,
        model,
        accuracy as value,
        false as is_smaller_better
    from win_rate_cells
    union all
    select
        repeats,
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
    ['repeats', 'basis'],
    is_each=false
) }}
