-- What do repeated attempts at a task gain?
-- The data: if one attempt succeeds in 56 %, at least one of eight does in 75
-- %, and all eight do in 35 %: on two tasks of five, eight attempts disagree.
-- Compare within a row, not between rows: each row is over pairs of agent and
-- task with at least k attempts, and tasks tried often are not typical. The
-- source's own success rule, capability only.
with

repeatability as (
    select * from {{ ref('repeatability') }}
)

select
    source || '/' || benchmark as benchmark,
    success_rule,
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
    case '{{ var('success_rule', 'headline') }}'
        when 'headline' then is_headline
        else success_rule = '{{ var('success_rule', 'headline') }}'
    end
    and population = '{{ var('population', 'capability') }}'
group by source, benchmark, success_rule, k
order by source, benchmark, success_rule, k
