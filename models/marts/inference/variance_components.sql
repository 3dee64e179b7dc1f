-- Grain: one row per success rule, source, benchmark and agent.
{%- set keys = [
    'success_rule', 'source', 'benchmark', 'population', 'agent'
] %}
with

agent_tasks as (
    {{ repeated_agent_tasks() | indent(4) }}
),

points as (
    select
        *,
        success_rate as value
    from agent_tasks
),

{{ clustered_mean_ctes(keys) }}

totals as (
    select
        success_rule,
        source,
        benchmark,
        population,
        agent,
        count(*) as task_count,
        cast(sum(attempt_count) as bigint) as attempt_count,
        {{ exact_mean('success_rate') }} as mean_rate,
        {{ exact_mean('1e0 / attempt_count') }} as mean_inverse,
        -- Outcomes are 0 or 1: the sum of squares around the share of a task.
        {{ exact_sum('success_count * (1e0 - success_rate)', 18) }}
        / nullif(sum(attempt_count - 1), 0) as within_task_variance
    from agent_tasks
    group by success_rule, source, benchmark, population, agent
),

spreads as (
    select
        success_rule,
        source,
        benchmark,
        population,
        agent,
        {{ exact_sum(
            'power(agent_tasks.success_rate - totals.mean_rate, 2)', 18
        ) }}
        / nullif(count(*) - 1, 0) as task_mean_variance
    from agent_tasks
    inner join totals
        using (success_rule, source, benchmark, population, agent)
    group by success_rule, source, benchmark, population, agent
),

-- A task's mean varies between tasks, and also because it has few attempts.
components as (
    select
        totals.*,
        spreads.task_mean_variance,
        clustered_means.se,
        case
            when totals.within_task_variance is not null
                then
                    greatest(
                        spreads.task_mean_variance
                        - totals.within_task_variance * totals.mean_inverse,
                        0e0
                    )
        end as between_task_variance
    from totals
    inner join spreads
        on
            totals.success_rule = spreads.success_rule
            and totals.source = spreads.source
            and totals.benchmark = spreads.benchmark
            and totals.population = spreads.population
            and totals.agent = spreads.agent
    inner join clustered_means
        on {{ same_keys('totals', 'clustered_means', keys) }}
),

final as (
    select
        success_rule,
        source,
        benchmark,
        agent,
        population,
        task_count,
        attempt_count,
        case when task_count > 1 then between_task_variance end
            as between_task_variance,
        within_task_variance,
        case
            when task_count > 1
                then
                    between_task_variance
                    / nullif(between_task_variance + within_task_variance, 0e0)
        end as icc,
        se as se_now,
        se / sqrt(2e0) as se_with_double_tasks,
        -- Half of the attempts' part of the variance, and all of the rest.
        case
            when within_task_variance is not null
                then
                    sqrt(
                        greatest(
                            se * se
                            - within_task_variance * mean_inverse
                            / (2e0 * task_count),
                            se * se / 2e0
                        )
                    )
        end as se_with_double_attempts
    from components
)

{{ with_headline('final', ['source', 'benchmark', 'agent'], ['success_rule']) }}
