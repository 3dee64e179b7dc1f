select
    source,
    basis,
    x_metric,
    model,
    x,
    win_rate,
    is_pareto_efficient,
    is_on_hull,
    is_headline
from win_rate_frontier
inner join (
    select distinct source, repeats from best_evaluations where is_headline
) using (source, repeats)
order by source, basis, x_metric, x nulls last, model
limit 2000
