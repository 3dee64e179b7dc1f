-- Grain: one row per success rule, weighting, regularisation, source and model.
with

samples as (
    select * from {{ ref('int_horizon_samples') }}
),

horizon_fits as (
    select * from {{ ref('int_horizon_fits') }}
),

drawn_intervals as (
    select * from {{ ref('int_horizon_intervals') }}
),

normal_intervals as (
    select * from {{ ref('int_horizon_normal_intervals') }}
),

regularisations as (
    {% for regularisation in var('horizon_regularisations') -%}
    select cast({{ regularisation }} as double) as regularisation
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

horizon_intervals as (
    select
        fit_number,
        regularisation,
        'draws' as interval_method,
        log2_p50_low,
        log2_p50_high,
        log2_p80_low,
        log2_p80_high
    from drawn_intervals
    union all
    select
        fit_number,
        regularisation,
        'closed_form' as interval_method,
        log2_p50_low,
        log2_p50_high,
        log2_p80_low,
        log2_p80_high
    from normal_intervals
),

curves as (
    select
        samples.*,
        regularisations.regularisation,
        horizon_fits.intercept - horizon_fits.slope * horizon_fits.centre
            as intercept,
        horizon_fits.slope,
        case
            when horizon_fits.slope < -{{ var('horizon_flat_slope') }}
                then
                    horizon_fits.centre
                    - horizon_fits.intercept / horizon_fits.slope
        end as log2_p50,
        horizon_intervals.interval_method,
        horizon_intervals.log2_p50_low,
        horizon_intervals.log2_p50_high,
        horizon_intervals.log2_p80_low,
        horizon_intervals.log2_p80_high
    from samples
    cross join regularisations
    left join horizon_fits
        on
            samples.fit_number = horizon_fits.fit_number
            and regularisations.regularisation = horizon_fits.regularisation
    left join horizon_intervals
        on
            samples.fit_number = horizon_intervals.fit_number
            and regularisations.regularisation
            = horizon_intervals.regularisation
            and samples.family_count > 1
),

horizons as (
    select
        *,
        {%- set limit = var('horizon_log2_limit') %}
        {%- set ends = var('horizon_end_log2_minutes') %}
        {% for horizon, log2_minutes in [
            ('p50_minutes', 'log2_p50'),
            ('p80_minutes', 'log2_p50 + ln(4) / slope'),
        ] -%}
        case
            when {{ log2_minutes }} between -{{ limit }} and {{ limit }}
                then power(2e0, {{ log2_minutes }})
        end as {{ horizon }},
        {% endfor -%}
        -- If success hardly falls with time, an end far outside has no meaning.
        {% for end in ['p50_low', 'p50_high', 'p80_low', 'p80_high'] -%}
        case
            when
                log2_{{ end }} between {{ ends[0] }} and {{ ends[1] }}
                and log2_p50 between -{{ limit }} and {{ limit }}
                then power(2e0, log2_{{ end }})
        end as {{ end }},
        {% endfor -%}
        case
            when success_count = 0 then 'all_fail'
            when success_count = attempt_count then 'all_success'
            when log2_p50 is null then 'positive_slope'
            when log2_p50 between min_log2_minutes and max_log2_minutes
                then 'ok'
            else 'extrapolated'
        end as status
    from curves
),

final as (
    select
        success_rule,
        weighting,
        regularisation,
        source,
        model,
        attempt_count,
        task_count,
        intercept,
        slope,
        p50_minutes,
        p80_minutes,
        p50_low,
        p50_high,
        p80_low,
        p80_high,
        case
            when
                coalesce(p50_low, p50_high, p80_low, p80_high) is not null
                then interval_method
        end as interval_method,
        case
            when status = 'all_success' then power(2e0, log2_lower_bound)
        end as lower_bound_minutes,
        status,
        is_headline
        and regularisation = {{ var('horizon_regularisations')[0] }}
            as is_headline
    from horizons
)

select * from final
