{#- The id of an attempt of a HAL evaluation, `hal:<run_id>`, at a task. -#}
{% macro hal_attempt_id(evaluation_id, task_id) -%}
    left({{ evaluation_id }}, 4)
        || {{ escaped('substr(' ~ evaluation_id ~ ', 5)', ':') }}
        || ':' || {{ task_id }}
{%- endmacro %}
