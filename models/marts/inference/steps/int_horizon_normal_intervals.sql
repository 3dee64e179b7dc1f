-- Grain: one row per regularisation and fit number of more than
-- `bootstrap_max_tasks` tasks: the interval of its p50.
-- What the draws of int_horizon_intervals come to without making them: over so
-- many tasks intercept and slope are all but normal (a sandwich of what each
-- draw moves), and p50 is no greater than a time where the curve there is no
-- greater than one half (Fieller).
with

horizon_cells as (
    select * from {{ ref('int_horizon_cells') }}
),

horizon_fits as (
    select * from {{ ref('int_horizon_fits') }}
),

families as (
    select
        source,
        family_key,
        count(
            distinct {{ escaped('benchmark', '/') }} || '/' || task_id
        ) as task_count
    from horizon_cells
    group by source, family_key
),

chances as (
    select
        horizon_fits.fit_number,
        horizon_fits.regularisation,
        horizon_fits.slope,
        horizon_cells.source,
        horizon_cells.family_key,
        horizon_cells.attempt_count,
        horizon_cells.success_share,
        horizon_cells.weight,
        horizon_cells.log2_minutes - horizon_fits.centre as x,
        1 / (
            1
            + exp(
                -horizon_fits.intercept
                - horizon_fits.slope
                * (horizon_cells.log2_minutes - horizon_fits.centre)
            )
        ) as chance
    from horizon_cells
    inner join horizon_fits
        on horizon_cells.fit_number = horizon_fits.fit_number
    where horizon_cells.fit_task_count > {{ var('bootstrap_max_tasks') }}
),

-- How a task pulls at intercept and slope, how its attempts move that, and how
-- it bends the loss. Sums below keep 24 digits after the point: a curve that
-- hardly errs hardly bends.
pulls as (
    select
        *,
        weight * (success_share - chance) as intercept_pull,
        weight * ((success_share - chance) * x - regularisation * slope)
            as slope_pull,
        weight * weight * success_share * (1 - success_share) / attempt_count
            as attempt_variance,
        weight * chance * (1 - chance) as bend
    from chances
),

family_pulls as (
    select
        pulls.fit_number,
        pulls.regularisation,
        -- The family is drawn a Poisson number of times, and each time its
        -- tasks, tried or not, as often as there are of them: of the variance
        -- of the whole family's pull that leaves this share beside its tasks'.
        1 - 1e0 / min(families.task_count) as family_share,
        {{ exact_sum('intercept_pull', 24) }} as intercept_pull,
        {{ exact_sum('slope_pull', 24) }} as slope_pull,
        {{ exact_sum(
            'intercept_pull * intercept_pull + attempt_variance', 24
        ) }} as intercept_square,
        {{ exact_sum(
            'intercept_pull * slope_pull + attempt_variance * x', 24
        ) }} as mixed_square,
        {{ exact_sum(
            'slope_pull * slope_pull + attempt_variance * x * x', 24
        ) }} as slope_square,
        {{ exact_sum('bend', 24) }} as intercept_bend,
        {{ exact_sum('bend * x', 24) }} as mixed_bend,
        {{ exact_sum(
            'bend * x * x + weight * pulls.regularisation', 24
        ) }} as slope_bend
    from pulls
    inner join families
        on
            pulls.source = families.source
            and pulls.family_key = families.family_key
    group by pulls.fit_number, pulls.regularisation, pulls.family_key
),

sums as (
    select
        fit_number,
        regularisation,
        {{ exact_sum(
            'intercept_square'
            ~ ' + family_share * intercept_pull * intercept_pull', 24
        ) }} as intercept_square,
        {{ exact_sum(
            'mixed_square + family_share * intercept_pull * slope_pull', 24
        ) }} as mixed_square,
        {{ exact_sum(
            'slope_square + family_share * slope_pull * slope_pull', 24
        ) }} as slope_square,
        {{ exact_sum('intercept_bend', 24) }} as intercept_bend,
        {{ exact_sum('mixed_bend', 24) }} as mixed_bend,
        {{ exact_sum('slope_bend', 24) }} as slope_bend
    from family_pulls
    group by fit_number, regularisation
),

determinants as (
    select
        *,
        power(intercept_bend * slope_bend - mixed_bend * mixed_bend, 2)
            as squared_determinant
    from sums
),

variances as (
    select
        fit_number,
        regularisation,
        (
            slope_bend * slope_bend * intercept_square
            - 2 * slope_bend * mixed_bend * mixed_square
            + mixed_bend * mixed_bend * slope_square
        )
        / squared_determinant as intercept_variance,
        (
            (intercept_bend * slope_bend + mixed_bend * mixed_bend)
            * mixed_square
            - slope_bend * mixed_bend * intercept_square
            - intercept_bend * mixed_bend * slope_square
        )
        / squared_determinant as covariance,
        (
            mixed_bend * mixed_bend * intercept_square
            - 2 * intercept_bend * mixed_bend * mixed_square
            + intercept_bend * intercept_bend * slope_square
        )
        / squared_determinant as slope_variance
    from determinants
),

-- Where the square of the curve's height equals 1.96^2 times its variance: a
-- quadratic equation in the distance from the centre.
equations as (
    select
        horizon_fits.fit_number,
        horizon_fits.regularisation,
        horizon_fits.centre,
        horizon_fits.slope < -{{ var('horizon_flat_slope') }} as is_falling,
        power(horizon_fits.slope, 2)
        - power({{ normal_quantile_975() }}, 2) * variances.slope_variance
            as square_term,
        horizon_fits.intercept * horizon_fits.slope
        - power({{ normal_quantile_975() }}, 2) * variances.covariance
            as half_linear_term,
        power(horizon_fits.intercept, 2)
        - power({{ normal_quantile_975() }}, 2) * variances.intercept_variance
            as constant_term
    from horizon_fits
    inner join variances
        on
            horizon_fits.fit_number = variances.fit_number
            and horizon_fits.regularisation = variances.regularisation
),

final as (
    select
        fit_number,
        regularisation,
        -- No end where even the slope's sign is open.
        case
            when is_falling and square_term > 0
                then
                    centre
                    + (
                        -half_linear_term
                        - sqrt(
                            half_linear_term * half_linear_term
                            - square_term * constant_term
                        )
                    )
                    / square_term
            else cast('-infinity' as double)
        end as log2_p50_low,
        case
            when is_falling and square_term > 0
                then
                    centre
                    + (
                        -half_linear_term
                        + sqrt(
                            half_linear_term * half_linear_term
                            - square_term * constant_term
                        )
                    )
                    / square_term
            else cast('infinity' as double)
        end as log2_p50_high
    from equations
)

select * from final
