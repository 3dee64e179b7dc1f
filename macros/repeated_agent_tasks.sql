{#- The query of `int_agent_tasks_counted` without agents whose evaluations differ in
    effort, whether a rule reads it or not: they are not repeats of each other. -#}
{% macro repeated_agent_tasks() -%}
select agent_tasks.*
from {{ ref('int_agent_tasks_counted') }} as agent_tasks
left join {{ ref('int_unread_effort_agents') }} as unread
    on
        agent_tasks.source = unread.source
        and agent_tasks.benchmark = unread.benchmark
        and agent_tasks.agent = unread.agent
where unread.agent is null
{%- endmacro %}
