-- Grain: one row per success rule, source, basis and model with an opponent.
with

components as (
    select * from {{ ref('int_rating_components') }}
),

fits as (
    select * from {{ ref('int_rating_fits') }}
),

{% if var('rating_intervals') == 'bootstrap' -%}
draws as (
    select
        model_number,
        {{ in_order('stddev_samp', 'strength') }} as se,
        {{ quantile_cont('strength', '0.025') }} as ci_low,
        {{ quantile_cont('strength', '0.975') }} as ci_high,
        count(strength) >= {{ var('min_usable_replicate_share') }}
        * {{ var('bootstrap_replicates') }} as is_usable
    from fits
    where replicate > 0
    group by model_number
),

intervals as (
    select
        model_number,
        se,
        case when is_usable then ci_low end as ci_low,
        case when is_usable then ci_high end as ci_high
    from draws
    -- A smaller error is rounding of zero.
    where se > 1e-9
),
{%- else -%}
rating_errors as (
    select * from {{ ref('int_rating_errors') }}
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

intervals as (
    select
        fits.model_number,
        rating_errors.se,
        fits.strength - rating_errors.se * {{ t_quantile_975(
            'rating_errors.degrees_of_freedom', 't_quantiles.t_975'
        ) }} as ci_low,
        fits.strength + rating_errors.se * {{ t_quantile_975(
            'rating_errors.degrees_of_freedom', 't_quantiles.t_975'
        ) }} as ci_high
    from fits
    inner join rating_errors
        on fits.model_number = rating_errors.model_number
    left join t_quantiles
        on rating_errors.degrees_of_freedom = t_quantiles.degrees_of_freedom
    -- A smaller error is rounding of zero.
    where
        fits.replicate = 0
        and rating_errors.cluster_count > 1
        and rating_errors.se > 1e-9
),
{%- endif %}

final as (
    select
        components.success_rule,
        components.source,
        components.basis,
        components.model,
        components.component_id,
        components.comparison_count,
        components.wins as points,
        fits.strength,
        intervals.se,
        intervals.ci_low,
        intervals.ci_high,
        case
            when components.wins = components.comparison_count
                then 'never_beaten'
            when components.wins = 0 then 'never_won'
            when components.member_count = 1 then 'not_comparable'
            when fits.strength is null then 'not_found'
            when intervals.se is null then 'no_variation'
            else 'ok'
        end as status
    from components
    left join fits
        on
            components.model_number = fits.model_number
            and fits.replicate = 0
    left join intervals
        on components.model_number = intervals.model_number
)

{{ with_headline(
    'final',
    ['source', 'model'],
    ['basis', 'success_rule'],
    own={'basis': 'headline_choices.rating_basis'}
) }}
