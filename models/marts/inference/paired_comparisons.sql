-- Grain: one row per success rule, source, benchmark and unordered pair of
-- agents. Quadratic in the agents of a benchmark, as a pair is what it is
-- about, up to the `max_compared_agents` of each with the most attempts.
{%- set keys = ['agent_number', 'rival_number'] %}
with

agent_tasks as (
    select * from {{ ref('int_compared_agent_tasks') }}
),

-- Numbers join and group faster than names do; those of agents follow their
-- names.
agents as (
    select
        success_rule,
        source,
        benchmark,
        population,
        agent,
        row_number() over (
            order by success_rule, source, benchmark, population, agent
        ) as agent_number
    from agent_tasks
    group by success_rule, source, benchmark, population, agent
),

compared as (
    select
        agents.agent_number,
        agent_tasks.success_rule,
        agent_tasks.source,
        agent_tasks.benchmark,
        agent_tasks.population,
        agent_tasks.task_id,
        agent_tasks.task_cluster,
        agent_tasks.success_rate
    from agent_tasks
    inner join agents
        on
            agent_tasks.success_rule = agents.success_rule
            and agent_tasks.source = agents.source
            and agent_tasks.benchmark = agents.benchmark
            and agent_tasks.population = agents.population
            and agent_tasks.agent = agents.agent
),

numbered as (
    select
        agent_number,
        dense_rank() over (
            order by success_rule, source, benchmark, population, task_id
        ) as task_number,
        dense_rank() over (order by task_cluster) as task_cluster,
        success_rate
    from compared
),

rivals as (
    select * from numbered
),

differences as (
    select
        numbered.agent_number,
        rivals.agent_number as rival_number,
        numbered.task_cluster,
        numbered.success_rate - rivals.success_rate as value
    from numbered
    inner join rivals
        on
            numbered.task_number = rivals.task_number
            and numbered.agent_number < rivals.agent_number
),

pairs as (
    select
        {{ keys | join(', ') }},
        count(*) filter (where value > 0) as more_count,
        count(*) filter (where value < 0) as fewer_count
    from differences
    group by {{ keys | join(', ') }}
    having count(*) >= {{ var('min_shared_tasks') }}
),

points as (
    select differences.*
    from differences
    inner join pairs
        on {{ same_keys('differences', 'pairs', keys) }}
),

{{ clustered_mean_ctes(keys) }}

splits as (
    select distinct
        more_count,
        fewer_count
    from pairs
),

{{ sign_test_ctes() }}

rival_agents as (
    select * from agents
),

tested as (
    select
        agents.success_rule,
        agents.source,
        agents.benchmark,
        agents.population,
        agents.agent as agent_a,
        rival_agents.agent as agent_b,
        clustered_means.*,
        pairs.more_count,
        pairs.fewer_count,
        sign_tests.sign_test_p
    from clustered_means
    inner join pairs
        on {{ same_keys('clustered_means', 'pairs', keys) }}
    inner join agents
        on clustered_means.agent_number = agents.agent_number
    inner join rival_agents
        on clustered_means.rival_number = rival_agents.agent_number
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
