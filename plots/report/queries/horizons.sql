select
    source,
    success_rule,
    weighting,
    cast(regularisation as varchar) as regularisation,
    model,
    attempt_count,
    task_count,
    p50_minutes,
    p50_low,
    p50_high,
    p80_minutes,
    status,
    is_headline
from time_horizons
order by
    source, success_rule, weighting, regularisation, model = 'human',
    p50_minutes desc nulls last, model
limit 3000
