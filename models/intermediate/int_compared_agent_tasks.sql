-- Grain: one row per success rule, source, benchmark, agent and task that the
-- agent tried, of the `max_compared_agents` of each population with the most
-- attempts: int_agent_tasks_counted of those who are compared in pairs. Chosen
-- before their tasks are counted, since of all agents those can be as many as
-- there are attempts.
with

attempts as (
    select * from {{ ref('attempt_successes') }}
    where population <> 'human'
),

placed_agents as (
    select
        success_rule,
        source,
        benchmark,
        population,
        agent_label,
        row_number() over (
            partition by success_rule, source, benchmark, population
            order by count(*) desc, agent_label asc
        ) as place
    from attempts
    group by success_rule, source, benchmark, population, agent_label
),

agent_attempts as (
    select attempts.*
    from attempts
    inner join placed_agents
        on
            attempts.success_rule = placed_agents.success_rule
            and attempts.source = placed_agents.source
            and attempts.benchmark = placed_agents.benchmark
            and attempts.population = placed_agents.population
            and attempts.agent_label = placed_agents.agent_label
    where placed_agents.place <= {{ var('max_compared_agents') }}
),

{{ agent_task_ctes() }}

select * from final
