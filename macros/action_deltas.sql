{#- The query of a complete model, shared by the two grains at which the question is
    asked: actions of successes minus actions of failures, for each value of the columns
    `within` that has at least `min_outcomes` of both. `population` is the choice that
    headlines use. -#}
{% macro action_deltas(within, min_outcomes, population) -%}
{%- set subject = (['source'] + within) | join(', ') -%}
{%- set attempt_successes = ref('attempt_successes') -%}
{%- set summary_populations = ref('summary_populations') -%}
{%- set outcomes = [('success', 'is_success'), ('failure', 'not is_success')] -%}
with

-- Numbers group and sort faster than names. The import is repeated below: a CTE
-- that is read twice is kept in memory.
rule_counts as (
    select
        {{ subject }},
        success_rule,
        population as attempt_population,
        {%- for outcome, condition in outcomes %}
        count(*) filter (where {{ condition }}) as {{ outcome }}_count
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ attempt_successes }}
    where action_count is not null
    group by {{ subject }}, success_rule, population
),

subjects as (
    select
        {{ subject }},
        row_number() over (order by {{ subject }}) as subject_number
    from rule_counts
    group by {{ subject }}
),

compared as (
    select
        subjects.subject_number,
        rule_counts.success_rule,
        summary_populations.population,
        cast(sum(rule_counts.success_count) as bigint) as success_count,
        cast(sum(rule_counts.failure_count) as bigint) as failure_count,
        row_number() over (
            order by
                subjects.subject_number,
                rule_counts.success_rule,
                summary_populations.population
        ) as set_number
    from rule_counts
    inner join subjects using ({{ subject }})
    inner join {{ summary_populations }} as summary_populations
        using (attempt_population)
    where summary_populations.population in ('all', 'capability')
    group by
        subjects.subject_number, rule_counts.success_rule,
        summary_populations.population
    having
        sum(rule_counts.success_count) >= {{ min_outcomes }}
        and sum(rule_counts.failure_count) >= {{ min_outcomes }}
),

-- Every rule is a threshold on the score, except the source's own verdict. So
-- two rules that count as many successes and as many failures count the same
-- ones.
same_rules as (
    select
        *,
        min(success_rule) over (
            partition by
                subject_number, population,
                case when success_rule = 'reported' then 1 else 0 end,
                success_count, failure_count
        ) as same_rule
    from compared
),

-- The same holds for two populations under one rule, because one is part of the
-- other.
same_sets as (
    select
        *,
        min(set_number) over (
            partition by
                subject_number, same_rule, success_count, failure_count
        ) as same_set
    from same_rules
),

ranked_sets as (
    select
        same_sets.set_number,
        same_sets.subject_number,
        same_sets.success_rule,
        summary_populations.attempt_population
    from same_sets
    inner join {{ summary_populations }} as summary_populations
        using (population)
    where same_sets.set_number = same_sets.same_set
),

counted as (
    select
        ranked_sets.set_number,
        attempt_successes.is_success,
        attempt_successes.action_count,
        -- Constant within a task; data_findings lists exceptions.
        min(attempt_successes.human_minutes) as human_minutes,
        count(*) as attempt_count
    from {{ attempt_successes }} as attempt_successes
    inner join subjects using ({{ subject }})
    inner join ranked_sets
        on
            subjects.subject_number = ranked_sets.subject_number
            and attempt_successes.success_rule = ranked_sets.success_rule
            and attempt_successes.population = ranked_sets.attempt_population
    where attempt_successes.action_count is not null
    group by
        ranked_sets.set_number,
        attempt_successes.is_success,
        attempt_successes.action_count
),

-- Ranks, unlike `median`, also work for more attempts than fit into memory.
ranked as (
    select
        *,
        sum(attempt_count) over (
            partition by set_number, is_success order by action_count
        ) as cumulative_count,
        sum(attempt_count) over (
            partition by set_number, is_success order by action_count
            rows between unbounded preceding and unbounded following
        ) as outcome_count
    from counted
),

outcomes as (
    select
        set_number,
        min(human_minutes) as human_minutes,
        {%- for outcome, condition in outcomes %}
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
    group by set_number
),

final as (
    select
        same_sets.success_rule,
        same_sets.population,
        subjects.source,
        {%- for column in within %}
        subjects.{{ column }},
        {%- endfor %}
        outcomes.human_minutes,
        same_sets.success_count,
        same_sets.failure_count,
        outcomes.median_success_actions,
        outcomes.median_failure_actions,
        outcomes.median_success_actions - outcomes.median_failure_actions
            as action_delta,
        outcomes.mean_success_actions - outcomes.mean_failure_actions
            as mean_action_delta
    from same_sets
    inner join outcomes on same_sets.same_set = outcomes.set_number
    inner join subjects on same_sets.subject_number = subjects.subject_number
)

{{ with_headline(
    'final',
    ['source'] + within,
    ['success_rule', 'population'],
    is_each=false,
    own={'population': 'headline_choices.' ~ population}
) }}
{%- endmacro %}
