{#- The query of `int_agent_tasks_counted` without the agents whose evaluations differ
    in an effort, read by a rule or not: they are no repeats of each other. -#}
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
