select
    source,
    action_count,
    attempt_count,
    neighbour_count,
    spike_ratio,
    success_rate
from action_limit_checks
order by source, action_count
