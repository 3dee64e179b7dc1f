{#- One hash for all the texts of a group, the same in whatever order they come. -#}
{% macro fingerprint(text) -%}
    {{ adapter.dispatch('fingerprint')(text) }}
{%- endmacro %}

{% macro duckdb__fingerprint(text) -%}
    md5(string_agg({{ text }}, ',' order by {{ text }}))
{%- endmacro %}

{% macro spark__fingerprint(text) -%}
    md5(array_join(array_sort(collect_list({{ text }})), ','))
{%- endmacro %}
