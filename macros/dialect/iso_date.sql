{#- A date from text such as 2025-04-23; null for any other text. -#}
{% macro iso_date(text) -%}
    {{ adapter.dispatch('iso_date')(text) }}
{%- endmacro %}

{% macro duckdb__iso_date(text) -%}
    try_cast({{ text }} as date)
{%- endmacro %}

{#- Spark would read 2025-04 as the first of the month. -#}
{% macro spark__iso_date(text) -%}
    case
        when {{ text }} rlike '^[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}([T ]|$)'
            then try_cast({{ text }} as date)
    end
{%- endmacro %}
