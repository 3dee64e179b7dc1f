with grid as (
    select 2 ^ unnest(range(-5, 16)) as human_minutes
)
select
    source,
    success_rule,
    weighting,
    cast(regularisation as varchar) as regularisation,
    model,
    human_minutes,
    round(1 / (1 + exp(-(intercept + slope * log2(human_minutes)))), 4)
        as success_rate
from time_horizons
cross join grid
where slope is not null
order by source, success_rule, weighting, regularisation, model, human_minutes
limit 20000
