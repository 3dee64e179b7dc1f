-- Who grinds when stuck?
-- The study: "the dragonfly framework lets gpt-4o grind to 484 actions, while
-- duet caps the same model around 50".
-- The data agree: the longest 5 % of dragonfly's failures take 164 actions or
-- more against a median of 13 (ratio 12.6); gpt-4o under duet stops at 48. The
-- model is the same, so the scaffold makes the difference. The 95th percentile
-- is by nearest rank.
with

agent_failure_profiles as (
    select * from {{ ref('agent_failure_profiles') }}
),

agents as (
    select * from {{ ref('agents') }}
)

select
    agents.scaffold,
    agent_failure_profiles.model,
    agent_failure_profiles.failure_count,
    agent_failure_profiles.median_action_count,
    agent_failure_profiles.p95_action_count,
    agent_failure_profiles.max_action_count
from agent_failure_profiles
inner join agents
    on
        agent_failure_profiles.source = agents.source
        and agent_failure_profiles.agent = agents.agent
order by
    agent_failure_profiles.source asc,
    agent_failure_profiles.grind_ratio desc,
    agent_failure_profiles.agent asc
