{#- The CTEs that draw tasks in each of the `family_replicates` (source,
    family_key, replicate), up to `task_draws` (replicate, source, benchmark,
    task_id, draw_count): a family as often as its hash says, and each time as
    many of its tasks as it has. `cells` is the CTE of all horizon cells. -#}
{% macro horizon_task_draw_ctes(cells) -%}
task_families as (
    select
        source,
        benchmark,
        task_id,
        min(family_key) as family_key
    from {{ cells }}
    group by source, benchmark, task_id
),

tasks as (
    select
        source,
        benchmark,
        task_id,
        family_key,
        row_number() over (
            partition by source, family_key
            order by benchmark, task_id
        ) as task_number
    from task_families
),

-- Numbers join and group faster than names do.
families as (
    select
        source,
        family_key,
        row_number() over (order by source, family_key) as family_number,
        count(*) as task_count
    from tasks
    group by source, family_key
),

numbered_tasks as (
    select
        tasks.*,
        families.family_number
    from tasks
    inner join families
        on
            tasks.source = families.source
            and tasks.family_key = families.family_key
),

family_draws as (
    select
        family_replicates.replicate,
        families.source,
        families.family_key,
        families.family_number,
        families.task_count,
        {{ bootstrap_weight(
            'family_replicates.replicate',
            "families.source || ':' || families.family_key"
        ) }} as copy_count
    from family_replicates
    inner join families
        on
            family_replicates.source = families.source
            and family_replicates.family_key = families.family_key
),

numbers as (
    {{ number_series(
        '1',
        '(select coalesce(greatest(max(copy_count), max(task_count)), 0)'
        ~ ' from family_draws)'
    ) }}
),

-- Each copy of a family draws as many tasks as the family has.
drawn_numbers as (
    select
        family_draws.replicate,
        family_draws.family_number,
        1 + mod(
            {{ hash_number(
                "concat('" ~ var('bootstrap_seed') ~ ":', family_draws.replicate,"
                ~ " ':', family_draws.source, ':', family_draws.family_key,"
                ~ " ':', copies.number, ':', draws.number)"
            ) }},
            family_draws.task_count
        ) as task_number
    from family_draws
    inner join numbers as copies
        on family_draws.copy_count >= copies.number
    inner join numbers as draws
        on family_draws.task_count >= draws.number
    where family_draws.task_count > 1
),

number_draws as (
    select
        replicate,
        family_number,
        1 as task_number,
        cast(copy_count as bigint) as draw_count
    from family_draws
    where task_count = 1 and copy_count > 0
    union all
    select
        replicate,
        family_number,
        task_number,
        count(*) as draw_count
    from drawn_numbers
    group by replicate, family_number, task_number
),

task_draws as (
    select
        number_draws.replicate,
        numbered_tasks.source,
        numbered_tasks.benchmark,
        numbered_tasks.task_id,
        number_draws.draw_count
    from number_draws
    inner join numbered_tasks
        on
            number_draws.family_number = numbered_tasks.family_number
            and number_draws.task_number = numbered_tasks.task_number
),
{%- endmacro %}
