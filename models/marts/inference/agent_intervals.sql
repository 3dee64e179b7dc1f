-- Grain: one row per success rule, source, benchmark and agent.
-- Agents and tasks are grouped by numbers: with many of both, nearly every
-- attempt has its own pair, and the names would not fit into memory.
{%- set attempts = ref('attempt_successes') %}
{%- set agent_names = [
    'success_rule', 'source', 'benchmark', 'population', 'agent_label'
] %}
{%- set task_names = ['source', 'benchmark', 'task_id'] %}
with

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

agents as (
    select
        {{ agent_names | join(', ') }},
        row_number() over (order by {{ agent_names | join(', ') }})
            as agent_number,
        count(*) as attempt_count,
        count(*) filter (where is_success) as success_count
    from {{ attempts }}
    where population <> 'human'
    group by {{ agent_names | join(', ') }}
),

task_families as (
    select
        {{ task_names | join(', ') }},
        min(task_family) as task_family
    from {{ attempts }}
    where population <> 'human'
    group by {{ task_names | join(', ') }}
),

tasks as (
    select
        {{ task_names | join(', ') }},
        row_number() over (order by {{ task_names | join(', ') }})
            as task_number,
        dense_rank() over (order by {{ task_cluster('task_families') }})
            as task_cluster
    from task_families
),

points as (
    select
        agents.agent_number,
        tasks.task_cluster,
        count(*) filter (where attempts.is_success) * 1e0 / count(*) as value
    from {{ attempts }} as attempts
    inner join agents using ({{ agent_names | join(', ') }})
    inner join tasks using ({{ task_names | join(', ') }})
    group by agents.agent_number, tasks.task_number, tasks.task_cluster
),

{{ clustered_mean_ctes(['agent_number']) }}

-- The effective number of tasks if tasks of one family have a correlation of
-- one thirtieth, or of one third.
correlated_tasks as (
    select
        *,
        task_count * 30e0 / (29e0 + task_count_squares * 1e0 / task_count)
            as hardly_correlated_count,
        task_count * 3e0 / (2e0 + task_count_squares * 1e0 / task_count)
            as correlated_count
    from clustered_means
),

-- The same with one third, added up over clusters: used if all tasks succeed,
-- or all fail.
separate_tasks as (
    select
        agent_number,
        {{ exact_sum('3e0 * task_count / (task_count + 2e0)', 12) }}
            as separate_count
    from clusters
    group by agent_number
),

-- The number of independent tasks with the same standard error.
equivalent_tasks as (
    select
        *,
        coalesce(
            mean_value * (1e0 - mean_value) * task_count
            / nullif((task_count - 1) * se_cr2 * se_cr2, 0e0),
            task_count
        ) as plain_count
    from correlated_tasks
),

-- With few clusters the standard error is itself uncertain, so t's quantile is
-- wider by this factor (Korn and Graubard).
corrected as (
    select
        equivalent_tasks.*,
        separate_tasks.separate_count,
        equivalent_tasks.plain_count * power(
            {{ t_quantile_975(
                '(equivalent_tasks.task_count - 1)', 'of_tasks.t_975'
            ) }}
            / {{ t_quantile_975(
                'equivalent_tasks.degrees_of_freedom', 'of_clusters.t_975'
            ) }},
            2
        ) as corrected_count
    from equivalent_tasks
    inner join separate_tasks
        on equivalent_tasks.agent_number = separate_tasks.agent_number
    left join t_quantiles as of_tasks
        on equivalent_tasks.task_count - 1 = of_tasks.degrees_of_freedom
    left join t_quantiles as of_clusters
        on equivalent_tasks.degrees_of_freedom = of_clusters.degrees_of_freedom
    where equivalent_tasks.cluster_count > 1
),

-- The error can be small by chance. So there are at most as many effective
-- tasks as with the small correlation (without families: all tasks), and at
-- least as many as with a correlation of one third.
effective as (
    select
        *,
        round(case
            when mean_value in (0e0, 1e0) then separate_count
            else
                least(
                    greatest(
                        corrected_count, least(plain_count, correlated_count)
                    ),
                    hardly_correlated_count
                )
        end, 10) as effective_task_count
    from corrected
),

observed as (
    select
        agent_number,
        mean_value as rate,
        effective_task_count as trial_count
    from effective
),

{{ binomial_limit_ctes(['agent_number']) }}

final as (
    select
        agents.success_rule,
        agents.source,
        agents.benchmark,
        agents.agent_label as agent,
        agents.population,
        clustered_means.task_count,
        clustered_means.cluster_count,
        agents.attempt_count,
        clustered_means.mean_value as success_rate,
        clustered_means.se as se_clustered,
        effective.effective_task_count,
        binomial_limits.ci_low,
        binomial_limits.ci_high,
        agents.success_count * 1e0 / agents.attempt_count
            as attempt_success_share,
        -- The variance of outcomes that are 0 or 1 follows from their share.
        sqrt(
            agents.success_count * 1e0
            * (agents.attempt_count - agents.success_count)
            / agents.attempt_count
            / agents.attempt_count
            / nullif(agents.attempt_count - 1, 0)
        ) as naive_se
    from agents
    inner join clustered_means using (agent_number)
    left join effective using (agent_number)
    left join binomial_limits using (agent_number)
)

{{ with_headline('final', ['source', 'benchmark', 'agent'], ['success_rule']) }}
