{#- The findings of several relations, with their columns by name. -#}
{% macro union_findings(relations) -%}
    {%- for relation in relations %}
    select
        finding_code,
        source,
        subject,
        detail
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
