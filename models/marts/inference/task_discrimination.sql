-- Grain: one row per success rule, source, benchmark and task that an agent of
-- the population `capability` tried.
with

agent_tasks as (
    select * from {{ ref('int_agent_tasks_counted') }}
    where population = 'capability'
),

agent_totals as (
    select
        success_rule,
        source,
        benchmark,
        agent,
        count(*) as task_count,
        {{ exact_sum('success_rate', 18) }} as rate_sum
    from agent_tasks
    group by success_rule, source, benchmark, agent
),

-- The agent's results elsewhere; without another task it is not compared.
compared as (
    select
        success_rule,
        source,
        benchmark,
        agent_tasks.task_id,
        agent_tasks.attempt_count,
        agent_tasks.success_count,
        case when agent_totals.task_count > 1 then agent_tasks.success_rate end
            as own_rate,
        round(
            (agent_totals.rate_sum - agent_tasks.success_rate)
            / nullif(agent_totals.task_count - 1, 0),
            15
        ) as rest_rate
    from agent_tasks
    inner join agent_totals using (success_rule, source, benchmark, agent)
),

totals as (
    select
        success_rule,
        source,
        benchmark,
        task_id,
        count(*) as agent_count,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(success_count) as bigint) as success_count,
        count(own_rate) as compared_count,
        {{ exact_sum('own_rate', 18) }} as own_sum,
        {{ exact_sum('rest_rate', 18) }} as rest_sum,
        {{ exact_sum('own_rate * own_rate', 18) }} as own_squares,
        {{ exact_sum('rest_rate * rest_rate', 18) }} as rest_squares,
        {{ exact_sum('own_rate * rest_rate', 18) }} as products
    from compared
    group by success_rule, source, benchmark, task_id
),

deviations as (
    select
        *,
        own_squares - own_sum * own_sum / nullif(compared_count, 0)
            as own_deviations,
        rest_squares - rest_sum * rest_sum / nullif(compared_count, 0)
            as rest_deviations,
        products - own_sum * rest_sum / nullif(compared_count, 0)
            as joint_deviations
    from totals
),

final as (
    select
        success_rule,
        source,
        benchmark,
        task_id,
        attempt_count,
        agent_count,
        success_count * 1e0 / attempt_count as success_rate,
        case
            when
                compared_count >= 4
                and own_deviations > 1e-12
                and rest_deviations > 1e-12
                then
                    greatest(
                        least(
                            joint_deviations
                            / sqrt(own_deviations * rest_deviations),
                            1e0
                        ),
                        -1e0
                    )
        end as rest_correlation,
        success_count = attempt_count as is_solved_by_all,
        success_count = 0 as is_solved_by_none
    from deviations
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'task_id'],
    ['success_rule']
) }}
