select
    source,
    count(*) as attempt_count,
    count(*) filter (action_count is not null) as with_action_count,
    count(*) filter (population = 'safety') as safety_count,
    count(*) filter (population = 'human') as human_count,
    count(distinct benchmark) as benchmark_count,
    count(distinct benchmark || '/' || task_family) as task_family_count,
    count(distinct benchmark || '/' || task_id) as task_count,
    count(distinct agent) as agent_count,
    count(distinct model) as model_count,
    count(distinct evaluation_id) as evaluation_count
from attempts
group by source
order by source
