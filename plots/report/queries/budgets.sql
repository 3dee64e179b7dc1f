select
    source,
    success_rule,
    model,
    budget_actions,
    attempt_count,
    success_rate
from success_within_budget
order by source, success_rule, model, budget_actions
limit 8000
