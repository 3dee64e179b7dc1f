{#- CTEs that compare the agents in `agent_tasks` in pairs, if they share at least
    `min_shared_tasks` tasks. The results are `agents` (number and names), `pairs`
    (agent_number, opponent_number, on how many tasks either is better, is_tried_once)
    and `points` (the difference on each shared task). Of success rules with the same
    results only the first is compared; `alike_rules` lists the others. -#}
{% macro compared_pair_ctes() -%}
{%- set board = ['source', 'benchmark', 'population'] -%}
{%- set names = ['success_rule'] + board + ['agent'] -%}
-- Rules that count the same successes on every task are compared once, by the
-- first of them. If attempts only succeed or fail, all rules do.
rule_hashes as (
    select
        success_rule,
        {{ board | join(', ') }},
        sum(cast(
            {{ hash_number(
                "length(agent) || ':' || agent || task_id"
                " || ':' || success_count || ':' || attempt_count"
            ) }} as decimal(38, 0)
        )) as hash_sum
    from agent_tasks
    group by success_rule, {{ board | join(', ') }}
),

{{ kept_first('alike_rules') }}
    select
        success_rule,
        {{ board | join(', ') }},
        min(success_rule) over (
            partition by {{ board | join(', ') }}, hash_sum
        ) as first_rule
    from rule_hashes
{{ steps_end() }},

judged_once as (
    select agent_tasks.*
    from agent_tasks
    inner join alike_rules
        on {{ same_keys('agent_tasks', 'alike_rules', ['success_rule'] + board) }}
    where alike_rules.success_rule = alike_rules.first_rule
),

-- Numbers join and group faster than names. Agents' numbers are in the order of
-- their names.
{{ kept_first('agents') }}
    select
        {{ names | join(', ') }},
        row_number() over (order by {{ names | join(', ') }}) as agent_number
    from judged_once
    group by {{ names | join(', ') }}
{{ steps_end() }},

numbered as (
    select
        agents.agent_number,
        dense_rank() over (
            order by success_rule, source, benchmark, population, task_id
        ) as task_number,
        dense_rank() over (order by judged_once.task_cluster) as task_cluster,
        judged_once.attempt_count,
        judged_once.success_rate
    from judged_once
    inner join agents
        using ({{ names | join(', ') }})
),

differences as (
    select
        numbered.agent_number,
        opponents.agent_number as opponent_number,
        numbered.task_cluster,
        numbered.attempt_count + opponents.attempt_count as attempt_count,
        numbered.success_rate - opponents.success_rate as value
    from numbered
    inner join numbered as opponents
        on
            numbered.task_number = opponents.task_number
            and numbered.agent_number < opponents.agent_number
),

{{ kept_first('pairs') }}
    select
        agent_number,
        opponent_number,
        count(*) filter (where value > 0) as more_count,
        count(*) filter (where value < 0) as fewer_count,
        max(attempt_count) = 2 as is_tried_once
    from differences
    group by agent_number, opponent_number
    having count(*) >= {{ var('min_shared_tasks') }}
{{ steps_end() }},

{{ kept_first('points') }}
    select differences.*
    from differences
    inner join pairs
        on
            differences.agent_number = pairs.agent_number
            and differences.opponent_number = pairs.opponent_number
{{ steps_end() }},
{%- endmacro %}
