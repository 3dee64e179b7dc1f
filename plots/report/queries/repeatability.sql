select
    source,
    benchmark,
    success_rule,
    agent,
    population,
    k,
    task_count,
    attempt_count,
    success_rate,
    pass_at_k,
    pass_hat_k
from repeatability
order by source, benchmark, success_rule, agent, population, k
limit 4000
