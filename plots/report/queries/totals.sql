select
    source,
    attempt_count,
    action_counted_count,
    safety_count,
    human_count,
    task_count,
    task_family_count,
    evaluation_count,
    excluded_evaluation_count,
    benchmark_count,
    agent_count,
    model_count
from source_totals
order by source
