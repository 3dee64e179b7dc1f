{#- A CTE of findings: one row per source and model of `relation` for which several
    spellings count as one model. -#}
{% macro several_model_names(relation) -%}
select
    'several_model_names' as finding_code,
    source,
    model as subject,
    count(distinct model_name) || ' spellings count as one model, such as '
    || min(model_name) || ' and ' || max(model_name) as detail
from {{ relation }}
where model is not null
group by source, model
having count(distinct model_name) > 1
{%- endmacro %}
