select
    source,
    benchmark,
    model,
    scaffold,
    accuracy,
    total_cost_usd,
    mean_latency_seconds
from best_evaluations
where is_headline
order by source, benchmark, accuracy desc nulls last, model
limit 2000
