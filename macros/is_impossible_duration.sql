{#- Whether seconds, which may be null, are back in time or over a year. -#}
{% macro is_impossible_duration(seconds) -%}
    coalesce(not {{ seconds }} between 0 and 31622400, false)
{%- endmacro %}
