select
    source,
    model,
    benchmark_count,
    mean_cost_usd,
    mean_latency_seconds
from model_resource_use
order by source, mean_cost_usd nulls last, model
limit 2000
