{#- A field of a JSON object, with any name, as text; null if there is none. -#}
{% macro json_field(json, name) -%}
    {{ adapter.dispatch('json_field')(json, name) }}
{%- endmacro %}

{% macro duckdb__json_field(json, name) -%}
    json_extract_string(
        {{ json }}, '/' || replace(replace({{ name }}, '~', '~0'), '/', '~1')
    )
{%- endmacro %}

{% macro spark__json_field(json, name) -%}
    from_json({{ json }}, 'map<string, string>')[{{ name }}]
{%- endmacro %}
