select
    source,
    benchmark,
    model,
    reported_cost_usd,
    repriced_cost_usd,
    current_cost_usd,
    priced_token_share,
    ratio
from cost_reconciliation
order by source, ratio desc nulls last, evaluation_id
limit 2000
