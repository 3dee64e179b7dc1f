{#- Whether an evaluation tried too few of its benchmark's tasks to be ranked with
    complete ones. One that does not tell its tasks is taken to be complete. -#}
{% macro is_partial_run() -%}
    coalesce(task_share, 1) < {{ var('complete_task_share') }}
{%- endmacro %}
