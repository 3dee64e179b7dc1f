-- Grain: one row per x metric (`cost` or `latency`), source, benchmark and
-- model, each by its best evaluation. Grows with the points off the hull times
-- its vertices, of which points spread at random have few.
with recursive

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
),

candidates as (
    select
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
        'latency' as x_metric,
        source,
        benchmark,
        model,
        scaffold,
        mean_latency_seconds as x,
        accuracy as y
    from best_evaluations
),

-- A missing cost is no free evaluation: such a point is not compared.
points as (
    select * from candidates
    where x is not null
),

{{ pareto_ctes(['x_metric', 'source', 'benchmark']) }}

-- Ratios to the point that one would rather have: most accuracy for no greater
-- x, least x for no less accuracy.
rivals as (
    select
        *,
        max(y) over (
            partition by x_metric, source, benchmark
            order by x
            range between unbounded preceding and current row
        ) as best_y,
        min(x) over (
            partition by x_metric, source, benchmark
            order by y desc
            range between unbounded preceding and current row
        ) as least_x
    from judged
),

final as (
    select
        candidates.x_metric,
        candidates.source,
        candidates.benchmark,
        candidates.model,
        candidates.scaffold,
        candidates.x,
        candidates.y as accuracy,
        candidates.x is not null as is_comparable,
        rivals.is_pareto_efficient,
        rivals.is_on_hull,
        rivals.x_scaled,
        rivals.y_scaled as accuracy_scaled,
        rivals.frontier_distance,
        rivals.best_y - rivals.y as accuracy_gap,
        rivals.x / nullif(rivals.least_x, 0) as cost_ratio
    from candidates
    left join rivals
        on
            candidates.x_metric = rivals.x_metric
            and candidates.source = rivals.source
            and candidates.benchmark = rivals.benchmark
            and candidates.model = rivals.model
)

select * from final
