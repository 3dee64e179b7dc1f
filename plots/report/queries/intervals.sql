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
    naive_se,
    is_headline
from agent_intervals
order by
    source, count(*) over (partition by source, benchmark) desc, benchmark,
    success_rule, attempt_count < 10, success_rate desc, agent, population
limit 3000
