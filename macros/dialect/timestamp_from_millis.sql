{#- A UTC timestamp from milliseconds since 1970. -#}
{% macro timestamp_from_millis(expression) -%}
    {{ adapter.dispatch('timestamp_from_millis')(expression) }}
{%- endmacro %}

{% macro duckdb__timestamp_from_millis(expression) -%}
    epoch_ms({{ expression }})
{%- endmacro %}

{% macro spark__timestamp_from_millis(expression) -%}
    timestamp_millis({{ expression }})
{%- endmacro %}
