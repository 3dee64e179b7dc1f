select
    source,
    population,
    model,
    attempt_count,
    task_count,
    success_rate,
    mean_score,
    median_action_count,
    mean_action_count,
    p5_action_count,
    p95_action_count,
    is_major,
    is_headline
from model_summary
order by source, population, success_rate desc, model
limit 2000
