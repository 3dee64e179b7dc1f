{#- CTEs that count the attempts in `agent_attempts`. The last one is `final`: one row
    per success rule, source, benchmark, agent and task, with the task's cluster. -#}
{% macro agent_task_ctes() -%}
counts as (
    select
        success_rule,
        source,
        benchmark,
        population,
        agent_label as agent,
        task_id,
        min(task_family) as task_family,
        count(*) as attempt_count,
        count(*) filter (where is_success) as success_count
    from agent_attempts
    group by
        success_rule, source, benchmark, population, agent_label, task_id
),

final as (
    select
        success_rule,
        source,
        benchmark,
        population,
        agent,
        task_id,
        {{ task_cluster('counts') }} as task_cluster,
        attempt_count,
        success_count,
        success_count * 1e0 / attempt_count as success_rate
    from counts
)
{%- endmacro %}
