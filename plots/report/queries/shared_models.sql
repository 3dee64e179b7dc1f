select
    source,
    model,
    attempt_count,
    task_count,
    success_rate,
    mean_score,
    median_action_count,
    mean_action_count
from shared_task_model_summary
order by source, success_rate desc, model
