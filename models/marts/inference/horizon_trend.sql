-- Grain: one row per success rule, weighting, regularisation, source, choice of
-- models and first date.
{%- set key = [
    'success_rule', 'weighting', 'regularisation', 'source', 'models', 'since'
] | join(', ') %}
with

points as (
    select * from {{ ref('int_horizon_trend_points') }}
),

horizon_cells as (
    select * from {{ ref('int_horizon_cells') }}
),

replicates as (
    select * from {{ ref('int_horizon_replicates') }}
),

fits as (
    select distinct
        fit_number,
        success_rule,
        weighting,
        source,
        model
    from horizon_cells
),

days as (
    select
        *,
        cast(released_on - date '2000-01-01' as bigint) as day_number
    from points
),

means as (
    select
        {{ key }},
        count(*) as model_count,
        min(released_on) as first_release,
        max(released_on) as last_release,
        sum(day_number) * 1e0 / count(*) as mean_day,
        {{ exact_mean('log2_p50') }} as mean_log2_p50
    from days
    group by {{ key }}
),

deviations as (
    select
        {{ key }},
        days.model,
        days.log2_p50,
        days.day_number - means.mean_day as day_deviation,
        days.log2_p50 - means.mean_log2_p50 as log2_p50_deviation
    from days
    inner join means using ({{ key }})
),

sums as (
    select
        {{ key }},
        {{ exact_sum('day_deviation * day_deviation', 12) }} as xx_sum,
        {{ exact_sum('day_deviation * log2_p50_deviation', 12) }} as xy_sum,
        {{ exact_sum('log2_p50_deviation * log2_p50_deviation', 12) }} as yy_sum
    from deviations
    group by {{ key }}
),

-- All models of a replicate share its draws.
replicate_slopes as (
    select
        {{ key }},
        replicates.replicate,
        count(*) as model_count,
        {{ exact_sum(
            'deviations.day_deviation * replicates.log2_p50', 12
        ) }} as xy_sum
    from deviations
    inner join fits using (success_rule, weighting, source, model)
    inner join replicates using (fit_number, regularisation)
    where
        replicates.log2_p50 between -{{ var('horizon_log2_limit') }}
        and {{ var('horizon_log2_limit') }}
    group by {{ key }}, replicates.replicate
),

slope_intervals as (
    select
        {{ key }},
        {{ quantile_cont('replicate_slopes.xy_sum', '0.025') }} as xy_low,
        {{ quantile_cont('replicate_slopes.xy_sum', '0.975') }} as xy_high
    from replicate_slopes
    inner join means using ({{ key }}, model_count)
    group by {{ key }}
    having
        count(*)
        >= {{ var('min_usable_replicate_share') }}
        * {{ var('bootstrap_replicates') }}
),

final as (
    select
        success_rule,
        weighting,
        regularisation,
        source,
        models,
        since,
        means.model_count,
        means.first_release,
        means.last_release,
        case
            when means.model_count > 2 and sums.xy_sum > 0
                then sums.xx_sum / sums.xy_sum
        end as doubling_days,
        case
            when
                means.model_count > 2
                and sums.xy_sum > 0
                and slope_intervals.xy_high > 0
                then sums.xx_sum / slope_intervals.xy_high
        end as ci_low,
        case
            when
                means.model_count > 2
                and sums.xy_sum > 0
                and slope_intervals.xy_low > 0
                then sums.xx_sum / slope_intervals.xy_low
        end as ci_high,
        case
            when means.model_count > 2
                then
                    sums.xy_sum * sums.xy_sum
                    / nullif(sums.xx_sum * sums.yy_sum, 0)
        end as r_squared
    from means
    inner join sums using ({{ key }})
    left join slope_intervals using ({{ key }})
)

{{ with_headline(
    'final',
    ['source'],
    ['success_rule', 'weighting', 'regularisation', 'models', 'since'],
    own={'success_rule': 'headline_choices.horizon_success_rule'}
) }}
