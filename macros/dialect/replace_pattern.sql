{#- A text with each match of a regular expression replaced. -#}
{% macro replace_pattern(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_pattern')(text, pattern, replacement) }}
{%- endmacro %}

{% macro duckdb__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}

{% macro spark__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }})
{%- endmacro %}
