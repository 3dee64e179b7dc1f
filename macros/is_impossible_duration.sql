{#- Whether a duration in seconds (or null) is negative or longer than a year. -#}
{% macro is_impossible_duration(seconds) -%}
    coalesce(not {{ seconds }} between 0 and {{ 366 * 24 * 3600 }}, false)
{%- endmacro %}
