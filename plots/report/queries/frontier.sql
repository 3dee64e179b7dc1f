select
    source,
    benchmark,
    x_metric,
    model,
    scaffold,
    x,
    accuracy,
    is_pareto_efficient,
    is_on_hull,
    frontier_distance,
    accuracy_gap,
    cost_ratio
from pareto_frontier
inner join (
    select distinct source, repeats from best_evaluations where is_headline
) using (source, repeats)
order by source, benchmark, x_metric, x nulls last, model
limit 3000
