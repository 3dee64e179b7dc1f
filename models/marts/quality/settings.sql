-- Grain: one row per var of dbt_project.yml: its value at the last refresh.
{%- set names = setting_names() %}
with

final as (
    {%- for name in names %}
    select
        '{{ name }}' as setting,
        {{ text_literal(var(name) | tojson) }} as value
    {% if not loop.last -%}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
