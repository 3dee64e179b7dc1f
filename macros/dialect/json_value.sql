{#- What is at a path such as `$.a.b` in JSON text, as text; null without. -#}
{% macro json_value(json, path) -%}
    {{ adapter.dispatch('json_value')(json, path) }}
{%- endmacro %}

{% macro duckdb__json_value(json, path) -%}
    json_extract_string({{ json }}, {{ path }})
{%- endmacro %}
