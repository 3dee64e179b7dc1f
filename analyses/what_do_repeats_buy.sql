-- What do repeated attempts at a task buy?
-- The data: where one attempt succeeds in 56 %, at least one of eight does in
-- 75 %, and all eight do in 35 %: on two tasks of five, eight attempts
-- disagree. Compare within a row, not between rows: each is over the pairs of
-- agent and task with at least k attempts, and tasks tried often are not
-- typical. Any credit, capability only.
with

repeatability as (
    select * from {{ ref('repeatability') }}
)

select
    source || '/' || benchmark as benchmark,
    k,
    cast(sum(task_count) as bigint) as agent_task_count,
    round(100 * sum(task_count * success_rate) / sum(task_count), 1)
        as one_attempt_pct,
    round(100 * sum(task_count * pass_at_k) / sum(task_count), 1)
        as any_of_k_pct,
    round(100 * sum(task_count * pass_hat_k) / sum(task_count), 1)
        as all_of_k_pct
from repeatability
where
    success_rule = '{{ var('success_rule', 'any_credit') }}'
    and population = '{{ var('population', 'capability') }}'
group by source, benchmark, k
order by source, benchmark, k
