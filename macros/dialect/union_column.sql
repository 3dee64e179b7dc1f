{#- A column of union_columns that its relation has. -#}
{% macro union_column(column, type) -%}
    {{ adapter.dispatch('union_column')(column, type) }}
{%- endmacro %}

{% macro duckdb__union_column(column, type) -%}
    {{ column }}
{%- endmacro %}

{#- Sail does not union text columns that it stores in two different types. -#}
{% macro spark__union_column(column, type) -%}
    cast({{ column }} as {{ portable_type(type) }}) as {{ column }}
{%- endmacro %}
