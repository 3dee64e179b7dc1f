-- Grain: one row per success rule, source, benchmark and unordered pair of
-- agents. Quadratic in the agents of a benchmark, up to its
-- `max_compared_agents` with the most attempts.
{%- set keys = ['agent_number', 'opponent_number'] %}
{%- set board = 'alike_rules.success_rule, agents.source, agents.benchmark,'
    ~ ' agents.population' %}
with

agent_tasks as (
    select * from {{ ref('int_compared_agent_tasks') }}
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

{{ compared_pair_ctes() }}

{{ clustered_mean_ctes(keys) }}

{{ sign_flip_ctes(keys) }}

{{ shrunk_mean_ctes(keys) }}

-- Without any difference, every sign pattern gives the same sum.
tested as (
    select
        clustered_means.*,
        shrunk_errors.shrunk_mean,
        shrunk_errors.shrunk_se,
        {{ t_quantile_975(
            'clustered_means.degrees_of_freedom', 't_quantiles.t_975'
        ) }} as t_975,
        {{ t_quantile_800(
            'clustered_means.degrees_of_freedom', 't_quantiles.t_800'
        ) }} as t_800,
        case
            when clustered_means.cluster_count > 1
                then coalesce(sign_flips.flip_p, 1e0)
        end as p_value,
        case
            when clustered_means.cluster_count > 1
                then coalesce(sign_flips.flip_mid_p, 1e0)
        end as mid_p
    from clustered_means
    inner join shrunk_errors
        on {{ same_keys('clustered_means', 'shrunk_errors', keys) }}
    left join sign_flips
        on {{ same_keys('clustered_means', 'sign_flips', keys) }}
    left join t_quantiles
        on clustered_means.degrees_of_freedom = t_quantiles.degrees_of_freedom
),

-- The interval contains 0 if the test finds no difference.
intervals as (
    select
        *,
        greatest(
            least(
                shrunk_mean - t_975 * shrunk_se,
                mean_value,
                case when p_value > 0.05 then 0e0 else 1e0 end
            ),
            -1e0
        ) as ci_low,
        least(
            greatest(
                shrunk_mean + t_975 * shrunk_se,
                mean_value,
                case when p_value > 0.05 then 0e0 else -1e0 end
            ),
            1e0
        ) as ci_high
    from tested
),

-- Holm: the smallest p times the number of pairs, the next one times one
-- less...
ranked as (
    select
        intervals.*,
        alike_rules.success_rule,
        agents.source,
        agents.benchmark,
        agents.population,
        agents.agent as agent_a,
        opponent_agents.agent as agent_b,
        pairs.more_count,
        pairs.fewer_count,
        pairs.is_tried_once,
        count(intervals.p_value) over (
            partition by {{ board }}
        ) as pair_count,
        row_number() over (
            partition by {{ board }}
            order by
                intervals.p_value asc nulls last,
                agents.agent asc,
                opponent_agents.agent asc
        ) as holm_rank
    from intervals
    inner join pairs
        on {{ same_keys('intervals', 'pairs', keys) }}
    inner join agents
        on intervals.agent_number = agents.agent_number
    inner join agents as opponent_agents
        on intervals.opponent_number = opponent_agents.agent_number
    inner join alike_rules
        on
            agents.success_rule = alike_rules.first_rule
            and agents.source = alike_rules.source
            and agents.benchmark = alike_rules.benchmark
            and agents.population = alike_rules.population
),

-- ... and never below that of a smaller p.
adjusted as (
    select
        *,
        least(
            max(p_value * (pair_count - holm_rank + 1)) over (
                partition by success_rule, source, benchmark, population
                order by holm_rank
            ),
            1e0
        ) as holm_p
    from ranked
),

final as (
    select
        success_rule,
        source,
        benchmark,
        agent_a,
        agent_b,
        population,
        task_count as shared_task_count,
        cluster_count,
        mean_value as mean_difference,
        se,
        case when cluster_count > 1 then round(ci_low, 10) end as ci_low,
        case when cluster_count > 1 then round(ci_high, 10) end as ci_high,
        case
            when p_value is not null
                then holm_p <= 0.05 and (ci_low > 0 or ci_high < 0)
        end as is_separable,
        more_count as a_only_count,
        fewer_count as b_only_count,
        p_value,
        mid_p,
        case when p_value is not null then holm_p end as holm_p,
        case when is_tried_once and cluster_count = task_count then p_value end
            as mcnemar_p,
        case when se > 1e-12 then (t_975 + t_800) * se end
            as minimum_detectable_difference
    from adjusted
)

{{ with_headline(
    'final',
    ['source', 'benchmark', 'agent_a', 'agent_b'],
    ['success_rule']
) }}
