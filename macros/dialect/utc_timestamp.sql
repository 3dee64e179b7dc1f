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
