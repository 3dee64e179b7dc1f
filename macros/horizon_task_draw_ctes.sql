{#- CTEs that draw tasks in each of the `family_replicates` (source, family_key,
    replicate). The last one is `task_draws` (replicate, source, benchmark, task_id,
    draw_count). How often a family is drawn is a hash; each time, as many of its tasks
    are drawn as it has. `cells` is the CTE of all horizon cells. -#}
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

-- Numbers join and group faster than names.
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

-- Each copy of a family draws as many tasks as the family has. One digest is enough for
-- six draws.
digest_numbers as (
    {{ number_series(
        '1',
        '(select cast(coalesce(ceil(max(copy_count * task_count) / 6e0), 0) as bigint)'
        ~ ' from family_draws)'
    ) }}
),

digests as (
    select
        family_draws.replicate,
        family_draws.family_number,
        family_draws.task_count,
        family_draws.copy_count * family_draws.task_count as draw_count,
        digest_numbers.number as digest_number,
        md5(
            concat(
                '{{ var("bootstrap_seed") }}:', family_draws.replicate,
                ':', family_draws.source, ':', family_draws.family_key,
                ':', digest_numbers.number
            )
        ) as digest
    from family_draws
    inner join digest_numbers
        on family_draws.copy_count * family_draws.task_count
            > 6 * (digest_numbers.number - 1)
    where family_draws.task_count > 1
),

parts as (
    {{ number_series('1', '6') }}
),

drawn_numbers as (
    select
        digests.replicate,
        digests.family_number,
        1 + cast(
            floor(
                {{ digest_part('digests.digest', 'parts.number') }}
                * digests.task_count / 1048576e0
            ) as bigint
        ) as task_number
    from digests
    inner join parts
        on digests.draw_count >= 6 * (digests.digest_number - 1) + parts.number
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
