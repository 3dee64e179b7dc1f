select
    source,
    basis,
    x_metric,
    model,
    x,
    win_rate,
    is_pareto_efficient,
    is_on_hull
from win_rate_frontier
where repeats = 'best'
order by source, basis, x_metric, x nulls last, model
limit 2000
