{#- Success minus failure in actions, inside each value of the columns `within`
    that has at least `min_outcomes` of both: a complete model, shared by the two
    grains at which the question is asked. `population`: the choice of headlines. -#}
{% macro action_deltas(within, min_outcomes, population) -%}
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

summary_populations as (
    select * from {{ ref('summary_populations') }}
),

outcomes as (
    select
        attempt_successes.success_rule,
        summary_populations.population,
        attempt_successes.source,
        {%- for column in within %}
        attempt_successes.{{ column }},
        {%- endfor %}
        -- Constant within a task; data_findings says where it is not.
        min(attempt_successes.human_minutes) as human_minutes,
        count(*) filter (where attempt_successes.is_success) as success_count,
        count(*) filter (where not attempt_successes.is_success)
            as failure_count,
        median(attempt_successes.action_count) filter (
            where attempt_successes.is_success
        ) as median_success_actions,
        median(attempt_successes.action_count) filter (
            where not attempt_successes.is_success
        ) as median_failure_actions,
        avg(attempt_successes.action_count) filter (
            where attempt_successes.is_success
        ) as mean_success_actions,
        avg(attempt_successes.action_count) filter (
            where not attempt_successes.is_success
        ) as mean_failure_actions
    from attempt_successes
    inner join summary_populations
        on
            attempt_successes.population
            = summary_populations.attempt_population
    where
        attempt_successes.action_count is not null
        and summary_populations.population in ('all', 'capability')
    group by
        attempt_successes.success_rule,
        summary_populations.population,
        attempt_successes.source
        {%- for column in within %},
        attempt_successes.{{ column }}
        {%- endfor %}
),

final as (
    select
        success_rule,
        population,
        source,
        {%- for column in within %}
        {{ column }},
        {%- endfor %}
        human_minutes,
        success_count,
        failure_count,
        median_success_actions,
        median_failure_actions,
        median_success_actions - median_failure_actions as action_delta,
        mean_success_actions - mean_failure_actions as mean_action_delta
    from outcomes
    where
        success_count >= {{ min_outcomes }}
        and failure_count >= {{ min_outcomes }}
)

{{ with_headline(
    'final',
    ['source'] + within,
    ['success_rule', 'population'],
    is_each=false,
    own={'population': 'headline_choices.' ~ population}
) }}
{%- endmacro %}
