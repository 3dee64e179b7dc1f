with curves as (
    select
        *,
        p50_minutes
    from time_horizon_curves
    inner join time_horizons
        using (source, success_rule, weighting, regularisation, model, is_headline)
    where log2_minutes between -5 and 15 and log2_minutes % 1 = 0
)

select
    source,
    success_rule,
    weighting,
    cast(regularisation as varchar) as regularisation,
    model,
    human_minutes,
    round(success_rate, 4) as success_rate,
    is_headline,
    -- Nine colours can be told apart: people and the longest horizons have one.
    if(
        dense_rank() over (
            partition by source, success_rule, weighting, regularisation
            order by model <> 'human', p50_minutes desc nulls last, model
        ) <= 9,
        model, 'other models'
    ) as series
from curves
order by source, success_rule, weighting, regularisation, model, human_minutes
limit 20000
