-- Where do the reported cost and the cost by list price differ?
-- The evaluations where they differ by more than a thousandth, largest first;
-- then those whose tokens are known but whose reported cost or price is not.
-- The study's runs: 87 of 163 can be repriced, 85 to the cent. DeepSeek-V3
-- cost 2.5 times its list price in one run of colbench_frontend_design, R1
-- 0.95 times.
with

cost_reconciliation as (
    select * from {{ ref('cost_reconciliation') }}
)

select
    benchmark,
    model,
    round(reported_cost_usd, 2) as reported_cost_usd,
    round(repriced_cost_usd, 2) as repriced_cost_usd,
    round(current_cost_usd, 2) as current_cost_usd,
    round(ratio, 3) as ratio
from cost_reconciliation
where
    abs(ratio - 1) > 0.001
    or (ratio is null and priced_token_share is not null)
order by abs(ln(ratio)) desc nulls last, evaluation_id asc
