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
    status,
    is_headline
from model_ratings
-- A model that nothing is known of has no strength.
where strength is not null
order by source, basis, success_rule, strength desc, model
limit 2000
