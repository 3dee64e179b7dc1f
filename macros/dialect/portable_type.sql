{#- The engine's name of a type in YAML or union_columns. -#}
{% macro portable_type(type) -%}
    {{ return(adapter.dispatch('portable_type')(type)) }}
{%- endmacro %}

{% macro duckdb__portable_type(type) -%}
    {{ return(type) }}
{%- endmacro %}

{% macro spark__portable_type(type) -%}
    {%- set names = {
        'json': 'string',
        'string[]': 'array<string>',
        'timestamp with time zone': 'timestamp',
        'varchar': 'string',
        'varchar[]': 'array<string>',
    } -%}
    {{ return(names.get(type, type)) }}
{%- endmacro %}
