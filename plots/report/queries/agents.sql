select
    source,
    agent,
    attempt_count,
    mean_score,
    mean_action_count,
    success_rate
from agent_leaderboard
order by source, attempt_count desc, agent
limit 2000
