-- Grain: one row per regularisation and fit number with a fit but without
-- draws: the intervals of its horizons. A horizon may be at a time if the curve
-- there does not differ significantly from one half, or from 80 % (Fieller).
with

horizon_cells as (
    select * from {{ ref('int_horizon_cells') }}
),

horizon_fits as (
    select * from {{ ref('int_horizon_fits') }}
),

horizon_variances as (
    select * from {{ ref('int_horizon_variances') }}
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

family_counts as (
    select
        fit_number,
        min(fit_family_count) - 1 as degrees_of_freedom
    from horizon_cells
    group by fit_number
),

-- One family has no variance between families, and no interval.
squared_quantiles as (
    select
        family_counts.fit_number,
        power(
            {{ t_quantile_975(
                'family_counts.degrees_of_freedom', 't_quantiles.t_975'
            ) }},
            2
        ) as squared_quantile
    from family_counts
    left join t_quantiles
        on family_counts.degrees_of_freedom = t_quantiles.degrees_of_freedom
    where family_counts.degrees_of_freedom > 0
),

-- Where the square of the curve's height equals t^2 times its variance: a
-- quadratic equation in the distance from the centre.
equations as (
    select
        {% for horizon, log_odds in [('p50', '0'), ('p80', 'ln(4)')] -%}
        (horizon_fits.intercept - {{ log_odds }}) * horizon_fits.slope
        - squared_quantiles.squared_quantile * horizon_variances.covariance
            as half_linear_term_{{ horizon }},
        power(horizon_fits.intercept - {{ log_odds }}, 2)
        - squared_quantiles.squared_quantile
        * horizon_variances.intercept_variance as constant_term_{{ horizon }},
        {% endfor -%}
        horizon_fits.fit_number,
        horizon_fits.regularisation,
        horizon_fits.centre,
        horizon_fits.slope < -{{ var('horizon_flat_slope') }} as is_falling,
        power(horizon_fits.slope, 2)
        - squared_quantiles.squared_quantile * horizon_variances.slope_variance
            as square_term
    from horizon_fits
    inner join horizon_variances
        on
            horizon_fits.fit_number = horizon_variances.fit_number
            and horizon_fits.regularisation = horizon_variances.regularisation
    inner join squared_quantiles
        on horizon_fits.fit_number = squared_quantiles.fit_number
),

-- Below zero only by rounding.
roots as (
    select
        *,
        sqrt(
            greatest(
                power(half_linear_term_p50, 2)
                - square_term * constant_term_p50,
                0
            )
        ) as root_p50,
        sqrt(
            greatest(
                power(half_linear_term_p80, 2)
                - square_term * constant_term_p80,
                0
            )
        ) as root_p80
    from equations
),

final as (
    select
        -- No finite end if even the sign of the slope is uncertain.
        {% for horizon, end, sign in [
            ('p50', 'low', '-'),
            ('p50', 'high', '+'),
            ('p80', 'low', '-'),
            ('p80', 'high', '+'),
        ] -%}
        case
            when is_falling and square_term > 0
                then
                    centre
                    + (
                        -half_linear_term_{{ horizon }}
                        {{ sign }} root_{{ horizon }}
                    )
                    / square_term
            else cast('{{ sign }}infinity' as double)
        end as log2_{{ horizon }}_{{ end }},
        {% endfor -%}
        fit_number,
        regularisation
    from roots
)

select * from final
