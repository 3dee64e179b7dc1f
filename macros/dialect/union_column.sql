{#- A column of union_columns that its relation has. -#}
{% macro union_column(column, type) -%}
    {{ adapter.dispatch('union_column')(column, type) }}
{%- endmacro %}

{% macro duckdb__union_column(column, type) -%}
    {{ column }}
{%- endmacro %}

{#- Sail refuses a union of texts that it holds in two ways. -#}
{% macro spark__union_column(column, type) -%}
    cast({{ column }} as {{ portable_type(type) }}) as {{ column }}
{%- endmacro %}
