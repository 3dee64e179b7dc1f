{#- Whether a regular expression matches somewhere in a text. -#}
{% macro matches_pattern(text, pattern) -%}
    {{ adapter.dispatch('matches_pattern')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__matches_pattern(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{% macro spark__matches_pattern(text, pattern) -%}
    {{ text }} rlike {{ pattern }}
{%- endmacro %}
