select
    source,
    success_rule,
    weighting,
    cast(regularisation as varchar) as regularisation,
    model,
    human_minutes,
    round(success_rate, 4) as success_rate
from time_horizon_curves
where log2_minutes between -5 and 15 and log2_minutes % 1 = 0
order by source, success_rule, weighting, regularisation, model, human_minutes
limit 20000
