-- The study calls optimal what is both efficient and a vertex of the hull: 31
-- points on eleven benchmarks, of the 40 that no other point beats.
with

counts as (
    select
        count(*) filter (where is_pareto_efficient) as efficient_count,
        count(*) filter (where is_on_hull) as hull_count
    from {{ ref('pareto_frontier') }}
    where
        source = 'hal'
        and repeats = 'best'
        and x_metric = 'cost'
)

select
    efficient_count,
    hull_count
from counts
where
    {{ published_data_is_loaded('hal_traces') }}
    and (
        efficient_count <> 40
        or hull_count <> 31
    )
