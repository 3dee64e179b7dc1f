{#- CTEs `task_totals` and `family_totals`: how many tasks and families the rows of
    `relation` (source, benchmark, task_family, task_id) have per source, counted within
    each benchmark. A source without families has no row in `family_totals`. -#}
{% macro task_total_ctes(relation) -%}
source_tasks as (
    select distinct
        source,
        benchmark,
        task_id
    from {{ relation }}
),

task_totals as (
    select
        source,
        count(*) as task_count
    from source_tasks
    group by source
),

source_families as (
    select distinct
        source,
        benchmark,
        task_family
    from {{ relation }}
    where task_family is not null
),

family_totals as (
    select
        source,
        count(*) as task_family_count
    from source_families
    group by source
)
{%- endmacro %}
