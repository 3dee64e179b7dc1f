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
where
    reported_cost_usd is not null
    or repriced_cost_usd is not null
    or priced_token_share is not null
order by source, ratio desc nulls last, evaluation_id
limit 2000
