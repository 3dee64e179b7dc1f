{#- A UTC timestamp from ISO 8601 text, with an offset or in UTC without one; null
    from any other text. -#}
{% macro utc_timestamp(text) -%}
    {{ adapter.dispatch('utc_timestamp')(text) }}
{%- endmacro %}

{% macro duckdb__utc_timestamp(text) -%}
    case
        when regexp_matches({{ text }}, '(Z|[+-][0-9]{2}:?[0-9]{2})$')
            then try_cast({{ text }} as timestamptz) at time zone 'UTC'
        else try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{#- The session's time zone is UTC (profiles.yml). Spark would read 2025-04 as the first
    of the month, and 12:30 as a time today. -#}
{% macro spark__utc_timestamp(text) -%}
    case
        when {{ text }} rlike '^[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}([T ]|$)'
            then try_cast({{ text }} as timestamp)
    end
{%- endmacro %}
