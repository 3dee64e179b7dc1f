{#- Whether an evaluation tried too few of its benchmark's tasks to be ranked with
    complete ones. If its tasks are not known, it counts as complete. -#}
{% macro is_partial_run() -%}
    coalesce(task_share, 1) < {{ var('complete_task_share') }}
{%- endmacro %}
