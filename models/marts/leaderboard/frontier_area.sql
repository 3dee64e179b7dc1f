-- Grain: one row per x metric, source and benchmark.
-- How much accuracy the frontier offers over the whole range of x, from the
-- lowest to the highest, level beyond its last vertex.
with

pareto_frontier as (
    select * from {{ ref('pareto_frontier') }}
    where repeats = 'best'
),

vertices as (
    select distinct
        x_metric,
        source,
        benchmark,
        x_scaled,
        accuracy_scaled
    from pareto_frontier
    where is_on_hull
),

segments as (
    select
        x_metric,
        source,
        benchmark,
        coalesce(
            lead(x_scaled) over (
                partition by x_metric, source, benchmark
                order by x_scaled
            ),
            1
        )
        - x_scaled as width,
        (
            accuracy_scaled
            + coalesce(
                lead(accuracy_scaled) over (
                    partition by x_metric, source, benchmark
                    order by x_scaled
                ),
                accuracy_scaled
            )
        )
        / 2 as mean_height
    from vertices
),

areas as (
    select
        x_metric,
        source,
        benchmark,
        sum(width * mean_height) as area,
        count(*) as hull_count
    from segments
    group by x_metric, source, benchmark
),

model_counts as (
    select
        x_metric,
        source,
        benchmark,
        count(*) as model_count
    from pareto_frontier
    where is_comparable
    group by x_metric, source, benchmark
),

final as (
    select
        x_metric,
        source,
        benchmark,
        areas.area,
        model_counts.model_count,
        areas.hull_count
    from areas
    inner join model_counts using (x_metric, source, benchmark)
)

{{ with_headline('final', ['source', 'benchmark'], ['x_metric']) }}
