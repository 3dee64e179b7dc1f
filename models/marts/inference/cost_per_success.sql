-- Grain: one row per success rule, source, benchmark and agent.
{%- set keys = ['success_rule', 'source', 'benchmark', 'population', 'agent'] %}
{%- set known_enough = 0.95 %}
{#- A smaller one is rounding of zero; a larger one overflows exp(). #}
{%- set has_interval = 'log_half_width between 1e-9 and 700' %}
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
    where population <> 'human'
),

attempt_costs as (
    select * from {{ ref('int_attempt_costs') }}
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

-- Successes with an unknown cost are left out.
clusters as (
    select
        attempt_successes.success_rule,
        attempt_successes.source,
        attempt_successes.benchmark,
        attempt_successes.population,
        attempt_successes.agent_label as agent,
        {{ task_cluster('attempt_successes') }} as task_cluster,
        count(*) as attempt_count,
        count(*) filter (where attempt_successes.is_success) as success_count,
        count(attempt_costs.cost_usd) as costed_count,
        count(attempt_costs.cost_usd) filter (
            where attempt_successes.is_success
        ) as costed_success_count,
        {{ exact_sum('attempt_costs.cost_usd', 15) }} as cost_usd,
        count(attempt_costs.token_count) as tokened_count,
        count(attempt_costs.token_count) filter (
            where attempt_successes.is_success
        ) as tokened_success_count,
        {{ exact_sum('attempt_costs.token_count', 6) }} as token_count,
        count(attempt_costs.seconds) as timed_count,
        count(attempt_costs.seconds) filter (
            where attempt_successes.is_success
        ) as timed_success_count,
        {{ exact_sum('attempt_costs.seconds', 9) }} as seconds
    from attempt_successes
    inner join attempt_costs using (attempt_id)
    group by
        attempt_successes.success_rule,
        attempt_successes.source,
        attempt_successes.benchmark,
        attempt_successes.population,
        attempt_successes.agent_label,
        {{ task_cluster('attempt_successes') }}
),

totals as (
    select
        {{ keys | join(', ') }},
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(success_count) as bigint) as success_count,
        count(*) as cluster_count,
        nullif(count(*) - 1, 0) as degrees_of_freedom,
        sum(costed_count) * 1e0 / sum(attempt_count) as known_cost_share,
        {{ exact_sum('cost_usd', 15) }}
        / nullif(sum(costed_success_count), 0) as cost_per_success,
        cast(sum(costed_success_count) as double) as costed_success_count,
        sum(tokened_count) * 1e0 / sum(attempt_count) as known_token_share,
        {{ exact_sum('token_count', 6) }}
        / nullif(sum(tokened_success_count), 0) as tokens_per_success,
        sum(timed_count) * 1e0 / sum(attempt_count) as known_time_share,
        {{ exact_sum('seconds', 9) }}
        / nullif(sum(timed_success_count), 0) as seconds_per_success
    from clusters
    group by {{ keys | join(', ') }}
),

-- The relative error of a ratio of sums over clusters.
relative_errors as (
    select
        {{ keys | join(', ') }},
        sqrt(
            totals.cluster_count * 1e0 / totals.degrees_of_freedom
            * {{ exact_sum(
                'power('
                'coalesce(clusters.cost_usd, 0)'
                ' / (totals.cost_per_success * totals.costed_success_count)'
                ' - clusters.costed_success_count / totals.costed_success_count'
                ', 2)', 18
            ) }}
        ) as relative_se
    from clusters
    inner join totals using ({{ keys | join(', ') }})
    where totals.cost_per_success > 0
    group by
        {{ keys | join(', ') }},
        totals.cluster_count,
        totals.degrees_of_freedom
),

spreads as (
    select
        totals.*,
        case
            when totals.known_cost_share >= {{ known_enough }}
                then totals.cost_per_success
        end as cost_per_success_usd,
        {{ t_quantile_975(
            'totals.degrees_of_freedom', 't_quantiles.t_975'
        ) }} * relative_errors.relative_se as log_half_width
    from totals
    left join relative_errors
        on {{ same_keys('totals', 'relative_errors', keys) }}
    left join t_quantiles
        on totals.degrees_of_freedom = t_quantiles.degrees_of_freedom
),

final as (
    select
        success_rule,
        source,
        benchmark,
        agent,
        population,
        attempt_count,
        success_count,
        cluster_count,
        known_cost_share,
        cost_per_success_usd,
        case
            when {{ has_interval }}
                then cost_per_success_usd * exp(-log_half_width)
        end as ci_low,
        case
            when {{ has_interval }}
                then cost_per_success_usd * exp(log_half_width)
        end as ci_high,
        case
            when known_token_share >= {{ known_enough }} then tokens_per_success
        end as tokens_per_success,
        case
            when known_time_share >= {{ known_enough }} then seconds_per_success
        end as seconds_per_success
    from spreads
)

{{ with_headline('final', ['source', 'benchmark', 'agent'], ['success_rule']) }}
