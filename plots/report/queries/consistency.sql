select
    source,
    benchmark,
    success_rule,
    agent,
    population,
    task_count,
    attempt_count,
    consistency,
    consistency_biased,
    flip_share,
    is_headline
from outcome_consistency
order by
    source, benchmark, success_rule, task_count desc, consistency desc nulls last,
    agent, population
limit 3000
