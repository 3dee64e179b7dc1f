{#- The distinct values of a group as a sorted array. -#}
{% macro sorted_distinct_list(expression) -%}
    {{ adapter.dispatch('sorted_distinct_list')(expression) }}
{%- endmacro %}

{% macro duckdb__sorted_distinct_list(expression) -%}
    array_agg(distinct {{ expression }} order by {{ expression }})
{%- endmacro %}

{% macro spark__sorted_distinct_list(expression) -%}
    array_sort(collect_set({{ expression }}))
{%- endmacro %}
