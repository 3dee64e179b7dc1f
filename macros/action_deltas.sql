{#- Success minus failure in actions, inside each value of the columns `within`
    that has at least `min_outcomes` of both: a complete model, shared by the two
    grains at which the question is asked. `population`: the choice of headlines. -#}
{% macro action_deltas(within, min_outcomes, population) -%}
{%- set subject = (['source'] + within) | join(', ') -%}
{%- set outcome_keys = 'success_rule, population, subject_number, is_success' -%}
{%- set attempt_successes = ref('attempt_successes') -%}
with

summary_populations as (
    select * from {{ ref('summary_populations') }}
    where population in ('all', 'capability')
),

-- Numbers group and sort faster than names do. Imported here and below: a CTE
-- that is read twice is kept in memory.
subjects as (
    select
        {{ subject }},
        row_number() over (order by {{ subject }}) as subject_number
    from {{ attempt_successes }}
    where action_count is not null
    group by {{ subject }}
),

counted as (
    select
        attempt_successes.success_rule,
        attempt_successes.population as attempt_population,
        subjects.subject_number,
        attempt_successes.is_success,
        attempt_successes.action_count,
        -- Constant within a task; data_findings says where it is not.
        min(attempt_successes.human_minutes) as human_minutes,
        count(*) as attempt_count
    from {{ attempt_successes }} as attempt_successes
    inner join subjects using ({{ subject }})
    where attempt_successes.action_count is not null
    group by
        attempt_successes.success_rule,
        attempt_successes.population,
        subjects.subject_number,
        attempt_successes.is_success,
        attempt_successes.action_count
),

-- Ranks, unlike `median`, can be taken of more attempts than memory holds.
ranked as (
    select
        counted.*,
        summary_populations.population,
        sum(counted.attempt_count) over (
            partition by {{ outcome_keys }} order by action_count
        ) as cumulative_count,
        sum(counted.attempt_count) over (
            partition by {{ outcome_keys }} order by action_count
            rows between unbounded preceding and unbounded following
        ) as outcome_count
    from counted
    inner join summary_populations
        on counted.attempt_population = summary_populations.attempt_population
),

outcomes as (
    select
        success_rule,
        population,
        subject_number,
        min(human_minutes) as human_minutes,
        {%- for outcome, condition in [
            ('success', 'is_success'), ('failure', 'not is_success')
        ] %}
        coalesce(
            cast(
                sum(attempt_count) filter (where {{ condition }}) as bigint
            ),
            0
        ) as {{ outcome }}_count,
        {{ median_of_counts(
            'case when ' ~ condition ~ ' then action_count end',
            'cumulative_count', 'outcome_count'
        ) }} as median_{{ outcome }}_actions,
        sum(action_count * attempt_count) filter (where {{ condition }}) * 1e0
        / sum(attempt_count) filter (where {{ condition }})
            as mean_{{ outcome }}_actions
        {{- ',' if not loop.last }}
        {%- endfor %}
    from ranked
    group by success_rule, population, subject_number
),

final as (
    select
        outcomes.success_rule,
        outcomes.population,
        subjects.source,
        {%- for column in within %}
        subjects.{{ column }},
        {%- endfor %}
        outcomes.human_minutes,
        outcomes.success_count,
        outcomes.failure_count,
        outcomes.median_success_actions,
        outcomes.median_failure_actions,
        outcomes.median_success_actions - outcomes.median_failure_actions
            as action_delta,
        outcomes.mean_success_actions - outcomes.mean_failure_actions
            as mean_action_delta
    from outcomes
    inner join subjects using (subject_number)
    where
        outcomes.success_count >= {{ min_outcomes }}
        and outcomes.failure_count >= {{ min_outcomes }}
)

{{ with_headline(
    'final',
    ['source'] + within,
    ['success_rule', 'population'],
    is_each=false,
    own={'population': 'headline_choices.' ~ population}
) }}
{%- endmacro %}
