-- Grain: one row per source, population, pair of x and y, control, stratum and
-- their values: how many attempts have them.
-- Ranks need distinct values only, and there are far fewer of them.
{%- set pairs = [
    ('action_count', 'human_minutes'),
    ('action_count', 'score'),
    ('human_minutes', 'score'),
] %}
with

attempts as (
    select * from {{ ref('attempts') }}
),

summary_populations as (
    select * from {{ ref('summary_populations') }}
),

cells as (
    select
        attempts.source,
        summary_populations.population,
        {{ escaped('attempts.benchmark', '/') }}
        || '/' || attempts.task_id as task,
        cast(attempts.action_count as double) as action_count,
        attempts.human_minutes,
        attempts.score,
        count(*) as cell_count
    from attempts
    inner join summary_populations
        on attempts.population = summary_populations.attempt_population
    where
        attempts.action_count is not null
        and attempts.score is not null
    group by
        attempts.source,
        summary_populations.population,
        attempts.benchmark,
        attempts.task_id,
        attempts.action_count,
        attempts.human_minutes,
        attempts.score
),

-- `stratum` is where ranks are taken: everywhere, or inside each task.
paired_values as (
    {%- for x, y in pairs %}
    select
        source,
        population,
        '{{ x }}' as x,
        '{{ y }}' as y,
        'none' as controlling_for,
        '' as stratum,
        {{ x }} as x_value,
        {{ y }} as y_value,
        cell_count
    from cells
    where {{ x }} is not null and {{ y }} is not null
    union all
    -- The three coefficients of a partial one need the same attempts.
    select
        source,
        population,
        '{{ x }}' as x,
        '{{ y }}' as y,
        'human_minutes' as controlling_for,
        '' as stratum,
        {{ x }} as x_value,
        {{ y }} as y_value,
        cell_count
    from cells
    where human_minutes is not null
    union all
    {%- endfor %}
    select
        source,
        population,
        'action_count' as x,
        'score' as y,
        'task' as controlling_for,
        task as stratum,
        action_count as x_value,
        score as y_value,
        cell_count
    from cells
),

final as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        x_value,
        y_value,
        sum(cell_count) as value_count
    from paired_values
    group by
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        x_value,
        y_value
)

select * from final
