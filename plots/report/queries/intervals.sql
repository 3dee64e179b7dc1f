select
    source,
    benchmark,
    success_rule,
    agent,
    population,
    task_count,
    attempt_count,
    success_rate,
    ci_low,
    ci_high,
    naive_se
from agent_intervals
order by
    source, benchmark, success_rule, task_count desc, success_rate desc, agent,
    population
limit 3000
