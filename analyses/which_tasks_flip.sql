-- Which tasks are solved by every agent or by none, and which ones flip?
-- `flips` counts the agents with both successes and failures at the task. Only
-- tasks that several agents tried, by the source's own success rule;
-- with `resolved` an attempt without a score is a failure.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
    where
        population = 'capability'
        and case '{{ var('success_rule', 'headline') }}'
            when 'headline' then is_headline
            else success_rule = '{{ var('success_rule', 'headline') }}'
        end
),

agent_tasks as (
    select
        source,
        benchmark,
        task_id,
        agent_label,
        count(*) as attempt_count,
        count(case when is_success then 1 end) as success_count
    from attempt_successes
    group by source, benchmark, task_id, agent_label
),

tasks as (
    select
        source,
        benchmark,
        task_id,
        count(*) as agent_count,
        sum(attempt_count) as attempt_count,
        sum(success_count) as success_count,
        count(
            case
                when success_count > 0 and success_count < attempt_count
                    then 1
            end
        ) as flip_count
    from agent_tasks
    group by source, benchmark, task_id
    having count(*) > 1
)

select
    benchmark,
    task_id,
    success_count || ' of ' || attempt_count as solved,
    agent_count as agents,
    flip_count as flips,
    case
        when success_count = attempt_count then 'by every agent, each time'
        when success_count = 0 then 'by none'
        when flip_count = 0 then 'by the same agents each time'
        else 'now and then'
    end as verdict
from tasks
order by
    source asc,
    benchmark asc,
    success_count * 1e0 / attempt_count desc,
    task_id asc
