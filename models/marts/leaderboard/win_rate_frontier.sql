-- Grain: one row per repeats, basis, x metric (`cost` or `latency`), source and
-- model. The run time is points off the hull times vertices of the hull.
with recursive

model_win_rates as (
    select * from {{ ref('model_win_rates') }}
),

model_resource_use as (
    select * from {{ ref('model_resource_use') }}
),

rated as (
    select
        model_win_rates.repeats,
        model_win_rates.basis,
        source,
        model,
        model_win_rates.overall_win_rate as y,
        model_resource_use.mean_cost_usd,
        model_resource_use.mean_latency_seconds
    from model_win_rates
    inner join model_resource_use using (source, model)
    where
        model_win_rates.coverage = 'all'
        and model_win_rates.overall_win_rate is not null
),

candidates as (
    select
        repeats,
        basis,
        'cost' as x_metric,
        source,
        model,
        mean_cost_usd as x,
        y
    from rated
    union all
    select
        repeats,
        basis,
        'latency' as x_metric,
        source,
        model,
        mean_latency_seconds as x,
        y
    from rated
),

points as (
    select * from candidates
    where x is not null
),

{{ pareto_ctes(['repeats', 'basis', 'x_metric', 'source']) }}

final as (
    select
        repeats,
        basis,
        x_metric,
        source,
        model,
        candidates.x,
        candidates.y as win_rate,
        candidates.x is not null as is_comparable,
        judged.is_pareto_efficient,
        judged.is_on_hull,
        judged.x_scaled,
        judged.y_scaled as win_rate_scaled,
        judged.frontier_distance
    from candidates
    left join judged using (repeats, basis, x_metric, source, model)
)

{{ with_headline(
    'final', ['source', 'model'], ['repeats', 'basis', 'x_metric']
) }}
