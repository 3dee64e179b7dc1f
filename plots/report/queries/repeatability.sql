with repeating as (
    select *, sum(attempt_count) over agents as agent_attempt_count
    from repeatability
    window agents as (partition by source, benchmark, success_rule, agent, population)
    qualify max(k) over agents > 1
)
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
    pass_hat_k,
    is_headline
from repeating
order by
    source <> 'metr', source, success_rule, agent_attempt_count desc, benchmark, agent,
    population, k
limit 4000
