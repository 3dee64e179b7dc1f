{#- A type of YAML or of union_columns as the engine calls it. -#}
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
