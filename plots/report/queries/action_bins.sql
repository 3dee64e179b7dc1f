select
    source,
    model,
    action_bin,
    attempt_count,
    median_action_count,
    success_rate
from success_by_action_bin
order by source, model, action_bin
limit 4000
