{#- The cluster of a task inside a benchmark: siblings succeed and fail together. A task
    without a family is its own cluster. -#}
{% macro task_cluster(relation) -%}
    coalesce('family:' || {{ relation }}.task_family, 'task:' || {{ relation }}.task_id)
{%- endmacro %}
