-- Grain: one row per repeats, x metric (`cost` or `latency`), source, benchmark
-- and model, each with its best scaffold. The run time is points off the hull
-- times vertices of the hull, which are few for random points.
with recursive

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
),

candidates as (
    select
        repeats,
        'cost' as x_metric,
        source,
        benchmark,
        model,
        scaffold,
        total_cost_usd as x,
        accuracy as y
    from best_evaluations
    union all
    select
        repeats,
        'latency' as x_metric,
        source,
        benchmark,
        model,
        scaffold,
        mean_latency_seconds as x,
        accuracy as y
    from best_evaluations
),

-- A missing cost does not mean free: such a point is not compared.
points as (
    select * from candidates
    where x is not null
),

{{ pareto_ctes(['repeats', 'x_metric', 'source', 'benchmark']) }}

-- Compared with the better point: the highest accuracy at the same or lower x,
-- the lowest x at the same or higher accuracy.
compared as (
    select
        *,
        max(y) over (
            partition by repeats, x_metric, source, benchmark
            order by x
            range between unbounded preceding and current row
        ) as best_y,
        min(x) over (
            partition by repeats, x_metric, source, benchmark
            order by y desc
            range between unbounded preceding and current row
        ) as least_x
    from judged
),

final as (
    select
        repeats,
        x_metric,
        source,
        benchmark,
        model,
        candidates.scaffold,
        candidates.x,
        candidates.y as accuracy,
        candidates.x is not null as is_comparable,
        compared.is_pareto_efficient,
        compared.is_on_hull,
        compared.x_scaled,
        compared.y_scaled as accuracy_scaled,
        compared.frontier_distance,
        compared.best_y - compared.y as accuracy_gap,
        compared.x / nullif(compared.least_x, 0) as cost_ratio
    from candidates
    left join compared using (repeats, x_metric, source, benchmark, model)
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'model'],
    ['repeats', 'x_metric'],
    is_each=false
) }}
