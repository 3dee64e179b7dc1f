{#- What is at a path such as `$.a.b` in JSON text, as text; null without. -#}
{% macro json_value(json, path) -%}
    {{ adapter.dispatch('json_value')(json, path) }}
{%- endmacro %}

{% macro duckdb__json_value(json, path) -%}
    json_extract_string({{ json }}, {{ path }})
{%- endmacro %}

{#- A name in quotes, as in `$."a.b"`, is in brackets in Spark. -#}
{% macro spark__json_value(json, path) -%}
    get_json_object(
        {{ json }}, regexp_replace({{ path }}, '[.]"([^"]*)"', '[\'$1\']')
    )
{%- endmacro %}
