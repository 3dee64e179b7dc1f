{#- What varies as one inside a benchmark: siblings succeed and fail together. Without
    a family the task is alone, as it is in a family of one. -#}
{% macro task_cluster(relation) -%}
    coalesce('family:' || {{ relation }}.task_family, 'task:' || {{ relation }}.task_id)
{%- endmacro %}
