with bins as (
    select
        *,
        sum(attempt_count) over models as model_attempt_count
    from success_by_action_bin
    window models as (partition by source, model)
)

select
    source,
    model,
    action_bin,
    attempt_count,
    median_action_count,
    success_rate,
    -- Nine colours can be told apart: the models with the most attempts have one.
    if(
        dense_rank() over (
            partition by source order by model_attempt_count desc, model
        ) <= 9,
        model, 'other models'
    ) as series
from bins
order by source, model, action_bin
limit 4000
