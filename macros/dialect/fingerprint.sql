{#- One hash for all the texts of a group, the same in whatever order they come. -#}
{% macro fingerprint(text) -%}
    {{ adapter.dispatch('fingerprint')(text) }}
{%- endmacro %}

{% macro duckdb__fingerprint(text) -%}
    md5(string_agg({{ text }}, ',' order by {{ text }}))
{%- endmacro %}
