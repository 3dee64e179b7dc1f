{#- The value at a path such as `$.a.b` in JSON text, as text; null if there is
    none. -#}
{% macro json_value(json, path) -%}
    {{ adapter.dispatch('json_value')(json, path) }}
{%- endmacro %}

{% macro duckdb__json_value(json, path) -%}
    json_extract_string({{ json }}, {{ path }})
{%- endmacro %}

{#- Spark writes a quoted name, as in `$."a.b"`, in brackets. -#}
{% macro spark__json_value(json, path) -%}
    get_json_object(
        {{ json }}, regexp_replace({{ path }}, '[.]"([^"]*)"', '[\'$1\']')
    )
{%- endmacro %}
