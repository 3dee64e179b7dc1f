-- Grain: one row per success rule, source, benchmark and unordered pair of
-- agents. Quadratic in the agents of a benchmark: a pair is what it is about.
{%- set keys = [
    'success_rule', 'source', 'benchmark', 'population', 'agent_a', 'agent_b'
] %}
with

agent_tasks as (
    select * from {{ ref('int_agent_tasks_counted') }}
),

rival_tasks as (
    select * from {{ ref('int_agent_tasks_counted') }}
),

points as (
    select
        agent_tasks.success_rule,
        agent_tasks.source,
        agent_tasks.benchmark,
        agent_tasks.population,
        agent_tasks.agent as agent_a,
        rival_tasks.agent as agent_b,
        agent_tasks.task_cluster,
        agent_tasks.success_rate - rival_tasks.success_rate as value
    from agent_tasks
    inner join rival_tasks
        on
            agent_tasks.success_rule = rival_tasks.success_rule
            and agent_tasks.source = rival_tasks.source
            and agent_tasks.benchmark = rival_tasks.benchmark
            and agent_tasks.population = rival_tasks.population
            and agent_tasks.task_id = rival_tasks.task_id
            and agent_tasks.agent < rival_tasks.agent
),

pairs as (
    select
        {{ keys | join(', ') }},
        count(*) filter (where value > 0) as more_count,
        count(*) filter (where value < 0) as fewer_count
    from points
    group by {{ keys | join(', ') }}
    having count(*) >= {{ var('min_shared_tasks') }}
),

{{ clustered_mean_ctes(keys) }}

splits as (
    select distinct
        more_count,
        fewer_count
    from pairs
),

{{ sign_test_ctes() }}

tested as (
    select
        clustered_means.*,
        pairs.more_count,
        pairs.fewer_count,
        sign_tests.sign_test_p
    from clustered_means
    inner join pairs
        on {{ same_keys('clustered_means', 'pairs', keys) }}
    inner join sign_tests
        on
            pairs.more_count = sign_tests.more_count
            and pairs.fewer_count = sign_tests.fewer_count
),

-- Holm: the least p times the number of pairs, the next one times one less...
placed as (
    select
        *,
        count(*) over (
            partition by success_rule, source, benchmark, population
        ) as pair_count,
        row_number() over (
            partition by success_rule, source, benchmark, population
            order by sign_test_p, agent_a, agent_b
        ) as place
    from tested
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
        ci_low,
        ci_high,
        ci_low > 0 or ci_high < 0 as is_separable,
        more_count as a_only_count,
        fewer_count as b_only_count,
        sign_test_p as mcnemar_p,
        -- ... and never less than that of a smaller p.
        least(
            max(sign_test_p * (pair_count - place + 1)) over (
                partition by success_rule, source, benchmark, population
                order by place
            ),
            1e0
        ) as holm_p,
        {{ var('detectable_standard_errors') }} * se
            as minimum_detectable_difference
    from placed
)

select * from final
