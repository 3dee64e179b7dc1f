-- Seventeen points of each straight line between two corners of the hull, which
-- bends on a log axis.
with corners as (
    select distinct source, benchmark, x_metric, x, accuracy
    from pareto_frontier
    inner join (
        select distinct source, repeats from best_evaluations where is_headline
    ) using (source, repeats)
    where is_on_hull
),
edges as (
    select
        *,
        lead(x, 1, x) over line as next_x,
        lead(accuracy, 1, accuracy) over line as next_accuracy
    from corners
    window line as (partition by source, benchmark, x_metric order by x)
),
steps as (
    select unnest(range(17)) / 16 as step
)
select
    source,
    benchmark,
    x_metric,
    x + (next_x - x) * step as x,
    accuracy + (next_accuracy - accuracy) * step as hull_accuracy
from edges
cross join steps
order by source, benchmark, x_metric, x
limit 20000
