select
    source,
    agent,
    model,
    failure_count,
    median_action_count,
    mean_action_count,
    p90_action_count,
    p95_action_count,
    max_action_count,
    grind_ratio
from agent_failure_profiles
order by source, grind_ratio desc, agent
limit 1000
