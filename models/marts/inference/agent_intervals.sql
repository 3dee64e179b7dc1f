-- Grain: one row per success rule, source, benchmark and agent.
{%- set keys = [
    'success_rule', 'source', 'benchmark', 'population', 'agent'
] %}
with

agent_tasks as (
    select * from {{ ref('int_agent_tasks_counted') }}
),

points as (
    select
        *,
        success_rate as value
    from agent_tasks
),

{{ clustered_mean_ctes(keys) }}

attempt_counts as (
    select
        success_rule,
        source,
        benchmark,
        population,
        agent,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(success_count) as bigint) as success_count,
        {{ normal_quantile_975() }} as z
    from agent_tasks
    group by success_rule, source, benchmark, population, agent
),

-- Wilson's interval for attempts that know nothing of each other.
wilson as (
    select
        *,
        2e0 * success_count + z * z as centre,
        z * sqrt(
            z * z
            + 4e0 * success_count * (attempt_count - success_count)
            / attempt_count
        ) as reach,
        2e0 * (attempt_count + z * z) as width
    from attempt_counts
),

final as (
    select
        clustered_means.success_rule,
        clustered_means.source,
        clustered_means.benchmark,
        clustered_means.agent,
        clustered_means.population,
        clustered_means.task_count,
        clustered_means.cluster_count,
        wilson.attempt_count,
        clustered_means.mean_value as success_rate,
        clustered_means.se as se_clustered,
        clustered_means.ci_low,
        clustered_means.ci_high,
        1e0 * wilson.success_count / wilson.attempt_count
            as attempt_success_share,
        greatest((wilson.centre - wilson.reach) / wilson.width, 0e0)
            as wilson_low,
        least((wilson.centre + wilson.reach) / wilson.width, 1e0)
            as wilson_high
    from clustered_means
    inner join wilson
        on {{ same_keys('clustered_means', 'wilson', keys) }}
)

select * from final
