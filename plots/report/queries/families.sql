select
    source,
    benchmark,
    task_family,
    attempt_count,
    task_count,
    success_rate,
    mean_score,
    median_action_count,
    mean_action_count,
    mean_human_minutes
from task_family_summary
order by source, benchmark, mean_action_count desc nulls last, task_family
limit 1000
