select
    source,
    population,
    success_rule,
    task_id as task,
    human_minutes,
    success_count,
    failure_count,
    median_success_actions,
    median_failure_actions,
    action_delta,
    is_headline
from task_action_deltas
order by source, population, success_rule, action_delta, benchmark, task_id
limit 4000
