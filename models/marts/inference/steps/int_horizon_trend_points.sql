-- Grain: one row per success rule, weighting, regularisation, source, choice of
-- models, first date and model of the trend: its release and horizon.
with

time_horizons as (
    select * from {{ ref('time_horizons') }}
),

model_releases as (
    select * from {{ ref('model_releases') }}
),

starts as (
    {% for since in var('horizon_trend_since') -%}
    select cast('{{ since }}' as date) as since
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

released as (
    select
        time_horizons.success_rule,
        time_horizons.weighting,
        time_horizons.regularisation,
        time_horizons.source,
        model,
        model_releases.released_on,
        log2(time_horizons.p50_minutes) as log2_p50
    from time_horizons
    inner join model_releases using (model)
    where time_horizons.status = 'ok' and time_horizons.p50_minutes is not null
),

days as (
    select
        success_rule,
        weighting,
        regularisation,
        source,
        released_on,
        max(log2_p50) as best_log2_p50
    from released
    group by success_rule, weighting, regularisation, source, released_on
),

records as (
    select
        *,
        max(best_log2_p50) over (
            partition by success_rule, weighting, regularisation, source
            order by released_on
            rows between unbounded preceding and 1 preceding
        ) as earlier_log2_p50
    from days
),

chosen as (
    select
        released.*,
        'all' as models
    from released
    union all
    select
        released.*,
        'frontier' as models
    from released
    inner join records
        on
            released.success_rule = records.success_rule
            and released.weighting = records.weighting
            and released.regularisation = records.regularisation
            and released.source = records.source
            and released.released_on = records.released_on
    where
        released.log2_p50 = records.best_log2_p50
        and (
            records.earlier_log2_p50 is null
            or released.log2_p50 > records.earlier_log2_p50
        )
),

final as (
    select
        chosen.success_rule,
        chosen.weighting,
        chosen.regularisation,
        chosen.source,
        chosen.models,
        starts.since,
        chosen.model,
        chosen.released_on,
        chosen.log2_p50
    from chosen
    inner join starts
        on chosen.released_on >= starts.since
)

select * from final
