select
    source,
    basis,
    success_rule,
    model,
    strength,
    ci_low,
    ci_high,
    comparison_count,
    points,
    component_id,
    status
from model_ratings
order by source, basis, success_rule, strength desc nulls last, model
limit 2000
