-- Grain: one row per success rule, source, benchmark, agent and task that the
-- agent tried, of the `max_compared_agents` of each population with the most
-- attempts, which are compared in pairs. They are chosen before their tasks are
-- counted, because the rows of all agents can be as many as the attempts.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

-- Read twice rather than kept: 10 M attempts have 30 M such rows.
counted_attempts as (
    select * from {{ ref('attempt_successes') }}
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
    from counted_attempts
    where population <> 'human'
    group by success_rule, source, benchmark, population, agent_label
),

agent_attempts as (
    select attempt_successes.*
    from attempt_successes
    inner join placed_agents
        on
            attempt_successes.success_rule = placed_agents.success_rule
            and attempt_successes.source = placed_agents.source
            and attempt_successes.benchmark = placed_agents.benchmark
            and attempt_successes.population = placed_agents.population
            and attempt_successes.agent_label = placed_agents.agent_label
    where placed_agents.place <= {{ var('max_compared_agents') }}
),

{{ agent_task_ctes() }}

select * from final
