-- Grain: one row per regularisation and fit number with a fit but without
-- draws: the covariance of its coefficients. A sandwich estimator: the limit of
-- the draws of int_horizon_replicates. Cells are read twice: a CTE that is read
-- twice is kept in memory.
{%- set horizon_cells = ref('int_horizon_cells') %}
with

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
    from {{ horizon_cells }}
    group by source, family_key
),

probabilities as (
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
        ) as probability
    from {{ horizon_cells }} as horizon_cells
    inner join horizon_fits
        on horizon_cells.fit_number = horizon_fits.fit_number
    where not horizon_cells.is_drawn
),

-- For each task: its scores for intercept and slope, the variance of the
-- intercept's score from its attempts, and its information. The sums below keep
-- 24 digits after the point, because a curve that is almost always right has
-- almost no information.
scores as (
    select
        *,
        weight * (success_share - probability) as intercept_score,
        weight * ((success_share - probability) * x - regularisation * slope)
            as slope_score,
        weight * weight * success_share * (1 - success_share) / attempt_count
            as attempt_variance,
        weight * probability * (1 - probability) as information
    from probabilities
),

family_scores as (
    select
        scores.fit_number,
        scores.regularisation,
        -- A draw takes the family a Poisson number of times, and each time as
        -- many of its tasks (tried or not) as it has. In addition to the
        -- variance of its tasks' scores, this leaves this share of the square
        -- of the family's score.
        1 - 1e0 / min(families.task_count) as family_share,
        {{ exact_sum('intercept_score', 24) }} as intercept_score,
        {{ exact_sum('slope_score', 24) }} as slope_score,
        {{ exact_sum(
            'intercept_score * intercept_score + attempt_variance', 24
        ) }} as intercept_square,
        {{ exact_sum(
            'intercept_score * slope_score + attempt_variance * x', 24
        ) }} as mixed_square,
        {{ exact_sum(
            'slope_score * slope_score + attempt_variance * x * x', 24
        ) }} as slope_square,
        {{ exact_sum('information', 24) }} as intercept_information,
        {{ exact_sum('information * x', 24) }} as mixed_information,
        {{ exact_sum(
            'information * x * x + weight * scores.regularisation', 24
        ) }} as slope_information
    from scores
    inner join families
        on
            scores.source = families.source
            and scores.family_key = families.family_key
    group by scores.fit_number, scores.regularisation, scores.family_key
),

sums as (
    select
        fit_number,
        regularisation,
        {{ exact_sum(
            'intercept_square'
            ~ ' + family_share * intercept_score * intercept_score', 24
        ) }} as intercept_square,
        {{ exact_sum(
            'mixed_square + family_share * intercept_score * slope_score', 24
        ) }} as mixed_square,
        {{ exact_sum(
            'slope_square + family_share * slope_score * slope_score', 24
        ) }} as slope_square,
        {{ exact_sum('intercept_information', 24) }} as intercept_information,
        {{ exact_sum('mixed_information', 24) }} as mixed_information,
        {{ exact_sum('slope_information', 24) }} as slope_information
    from family_scores
    group by fit_number, regularisation
),

determinants as (
    select
        *,
        nullif(
            power(
                intercept_information * slope_information
                - mixed_information * mixed_information,
                2
            ),
            0
        ) as squared_determinant
    from sums
),

final as (
    select
        fit_number,
        regularisation,
        (
            slope_information * slope_information * intercept_square
            - 2 * slope_information * mixed_information * mixed_square
            + mixed_information * mixed_information * slope_square
        )
        / squared_determinant as intercept_variance,
        (
            (
                intercept_information * slope_information
                + mixed_information * mixed_information
            )
            * mixed_square
            - slope_information * mixed_information * intercept_square
            - intercept_information * mixed_information * slope_square
        )
        / squared_determinant as covariance,
        (
            mixed_information * mixed_information * intercept_square
            - 2 * intercept_information * mixed_information * mixed_square
            + intercept_information * intercept_information * slope_square
        )
        / squared_determinant as slope_variance
    from determinants
)

select * from final
