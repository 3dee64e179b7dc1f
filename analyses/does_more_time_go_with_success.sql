-- Within a task, do successes take longer than failures?
-- Compares the same agent's successes and failures at one task: is the median
-- success longer? A failure that ends in an error counts with the time that it
-- took. On Terminal-Bench's public runs successes are faster: an agent's median
-- success is longer in 22 of the 73 cases with both.
with

attempts as (
    select * from {{ ref('attempts') }}
    where population = 'capability' and latency_seconds is not null
),

-- For each agent, and for all agents together.
scopes as (
    select
        source,
        benchmark,
        agent_label as agent,
        task_id,
        latency_seconds,
        coalesce(score >= 1, false) as is_success
    from attempts
    union all
    select
        source,
        benchmark,
        'all agents' as agent,
        task_id,
        latency_seconds,
        coalesce(score >= 1, false) as is_success
    from attempts
),

tasks as (
    select
        source,
        benchmark,
        agent,
        task_id,
        median(case when is_success then latency_seconds end)
            as success_seconds,
        median(case when not is_success then latency_seconds end)
            as failure_seconds
    from scopes
    group by source, benchmark, agent, task_id
),

compared as (
    select
        *,
        success_seconds - failure_seconds as difference
    from tasks
    where success_seconds is not null and failure_seconds is not null
)

select
    source,
    benchmark,
    agent,
    count(*) as tasks_with_both,
    count(case when difference > 0 then 1 end) as success_is_longer,
    round(median(difference), 1) as median_seconds_more
from compared
group by source, benchmark, agent
order by source asc, benchmark asc, tasks_with_both desc, agent asc
