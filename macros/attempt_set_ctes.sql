{#- CTEs that define which attempts are ranked together: `populations` (numbered),
    `rankings` (the set of attempts for each summary population and control) and
    `attempt_sets` (the populations of each set). Populations that count the same
    attempts share a set: `all` and `capability` if there is no other population, and
    those with human minutes if all attempts have them. `has_both` is the condition on
    `attempts` for a row to count. -#}
{% macro attempt_set_ctes(attempts, summary_populations, has_both) -%}
populations as (
    select
        source,
        population,
        min(case when human_minutes is null then 0 else 1 end)
            as all_have_minutes,
        row_number() over (order by source, population) as population_number
    from {{ attempts }}
    where {{ has_both }}
    group by source, population
),

counted as (
    select
        populations.source,
        summary_populations.population,
        {{ fingerprint('populations.population') }} as attempt_populations,
        min(populations.all_have_minutes) as all_have_minutes
    from populations
    inner join {{ summary_populations }} as summary_populations
        on populations.population = summary_populations.attempt_population
    group by populations.source, summary_populations.population
),

-- The three coefficients of a partial correlation need the same attempts: those
-- with human minutes.
controlled as (
    select
        counted.source,
        counted.population,
        counted.attempt_populations,
        controls.controlling_for,
        case
            when controls.controlling_for = 'human_minutes' then 1
            else counted.all_have_minutes
        end as needs_minutes
    from counted
    cross join (
        values ('none'), ('human_minutes'), ('task')
    ) as controls (controlling_for)
),

rankings as (
    select
        source,
        population,
        controlling_for,
        needs_minutes,
        dense_rank() over (
            order by source, attempt_populations, needs_minutes
        ) as set_number
    from controlled
),

attempt_sets as (
    select
        rankings.set_number,
        rankings.needs_minutes,
        populations.population_number,
        max(case when rankings.controlling_for = 'task' then 1 else 0 end)
            as is_ranked_in_tasks
    from rankings
    inner join {{ summary_populations }} as summary_populations
        using (population)
    inner join populations
        on
            rankings.source = populations.source
            and summary_populations.attempt_population
            = populations.population
    group by
        rankings.set_number, rankings.needs_minutes,
        populations.population_number
)
{%- endmacro %}
