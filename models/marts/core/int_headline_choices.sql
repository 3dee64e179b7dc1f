-- Grain: one row per source: the choices behind its headline rows.
with

attempts as (
    select * from {{ ref('attempts') }}
),

evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

headline_choices as (
    select * from {{ ref('headline_choices') }}
),

-- An evaluation may have no attempts.
judged as (
    select
        source,
        is_reported_success
    from attempts
    where score is not null
    union all
    select
        source,
        cast(null as boolean) as is_reported_success
    from evaluations
),

sources as (
    select
        source,
        count(is_reported_success) > 0 as has_verdict
    from judged
    group by source
),

-- `*` stands for every source without its own row.
ranked as (
    select
        sources.source,
        sources.has_verdict,
        headline_choices.success_rule,
        headline_choices.horizon_success_rule,
        headline_choices.population,
        headline_choices.task_model_population,
        headline_choices.coverage,
        headline_choices.repeats,
        headline_choices.basis,
        headline_choices.rating_basis,
        headline_choices.x_metric,
        headline_choices.weighting,
        headline_choices.regularisation,
        headline_choices.models,
        headline_choices.since,
        row_number() over (
            partition by sources.source
            order by case when headline_choices.source = '*' then 1 else 0 end
        ) as choice_rank
    from sources
    inner join headline_choices
        on headline_choices.source in (sources.source, '*')
),

final as (
    select
        source,
        {% for rule in ['success_rule', 'horizon_success_rule'] -%}
        case
            when {{ rule }} = 'reported' and not has_verdict then 'half_credit'
            else {{ rule }}
        end as {{ rule }},
        {% endfor -%}
        population,
        task_model_population,
        coverage,
        repeats,
        basis,
        rating_basis,
        x_metric,
        weighting,
        regularisation,
        models,
        since
    from ranked
    where choice_rank = 1
)

select * from final
