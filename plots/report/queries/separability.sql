select
    source,
    benchmark,
    success_rule,
    agent,
    population,
    task_count,
    success_rate,
    rank,
    rank_low,
    rank_high,
    best_agent,
    difference_to_best,
    is_separable,
    is_headline
from separability
order by
    source, benchmark, success_rule, task_count desc, rank, agent, population
limit 3000
