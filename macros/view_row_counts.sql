{#- Fill in row_count, a statement for each view: one statement over all of them takes a
    minute to plan. -#}
{% macro view_row_counts(names) -%}
{%- for name in names %}
update {{ this }}
set row_count = (select count(*) from {{ ref(name) }})
where view_name = '{{ name }}';
{%- endfor %}
{%- endmacro %}
