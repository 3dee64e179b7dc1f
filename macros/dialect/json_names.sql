{#- The names of a JSON object's fields, one row each. -#}
{% macro json_names(json) -%}
    {{ adapter.dispatch('json_names')(json) }}
{%- endmacro %}

{% macro duckdb__json_names(json) -%}
    unnest(json_keys({{ json }}))
{%- endmacro %}

{% macro spark__json_names(json) -%}
    explode(json_object_keys({{ json }}))
{%- endmacro %}
