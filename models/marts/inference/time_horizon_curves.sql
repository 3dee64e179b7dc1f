-- Grain: one row per success rule, weighting, regularisation, source, model and
-- point on its curve, eight per doubling of the human time.
with

time_horizons as (
    select * from {{ ref('time_horizons') }}
),

steps as (
    {{ number_series(
        var('horizon_curve_log2_minutes')[0] * 8,
        var('horizon_curve_log2_minutes')[1] * 8
    ) }}
),

points as (
    select number / 8e0 as log2_minutes
    from steps
),

final as (
    select
        time_horizons.success_rule,
        time_horizons.weighting,
        time_horizons.regularisation,
        time_horizons.source,
        time_horizons.model,
        points.log2_minutes,
        power(2e0, points.log2_minutes) as human_minutes,
        1 / (
            1 + exp(
                -time_horizons.intercept
                - time_horizons.slope * points.log2_minutes
            )
        ) as success_rate,
        time_horizons.is_headline
    from time_horizons
    cross join points
    where time_horizons.slope is not null
)

select * from final
