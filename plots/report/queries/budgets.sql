with rates as (
    select
        *,
        max(success_rate) over (
            partition by source, success_rule, model
        ) as final_success_rate
    from success_within_budget
)

select
    source,
    success_rule,
    model,
    budget_actions,
    attempt_count,
    success_rate,
    is_headline,
    -- Nine colours can be told apart: the best models of at least ten attempts have one.
    if(
        dense_rank() over (
            partition by source, success_rule
            order by attempt_count < 10, final_success_rate desc, model
        ) <= 9,
        model, 'other models'
    ) as series
from rates
order by source, success_rule, model, budget_actions
limit 8000
