-- Grain: one row per source, population and control: the interval of the rank
-- correlation of action count and score, by the jackknife over clusters of
-- tasks, with the ranks as given. Leaving out a cluster changes a correlation
-- by the cluster's share in it, minus half of the correlation times the
-- cluster's shares in both variances, divided by what remains of the variances.
with

scores as (
    select * from {{ ref('int_correlation_scores') }}
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

rhos as (
    select
        source,
        population,
        controlling_for,
        pair,
        {{ exact_sum('xy_share', 18) }} as rho
    from scores
    group by source, population, controlling_for, pair
),

moves as (
    select
        source,
        population,
        controlling_for,
        pair,
        scores.cluster_key,
        scores.xy_share - rhos.rho * (scores.xx_share + scores.yy_share) / 2
            as rho_move,
        1 - (scores.xx_share + scores.yy_share) / 2 as remaining_share
    from scores
    inner join rhos using (source, population, controlling_for, pair)
    -- A task that was tried once, or whose attempts are all equal, has no
    -- ranks, so it is not a cluster of what varies inside tasks.
    where
        controlling_for <> 'task'
        or scores.xx_share > 0
        or scores.yy_share > 0
),

-- The partial correlation's derivatives with respect to the three correlations.
pairs as (
    select
        source,
        population,
        controlling_for,
        coalesce(max(case when pair = 'xy' then rho end), 0) as xy_rho,
        coalesce(max(case when pair = 'xz' then rho end), 0) as xz_rho,
        coalesce(max(case when pair = 'zy' then rho end), 0) as zy_rho
    from rhos
    group by source, population, controlling_for
),

-- Rounding can lift a correlation of 1 slightly above 1.
norms as (
    select
        *,
        nullif(
            sqrt(
                greatest((1 - xz_rho * xz_rho) * (1 - zy_rho * zy_rho), 0e0)
            ),
            0
        ) as norm
    from pairs
),

partials as (
    select
        *,
        (xy_rho - xz_rho * zy_rho) / norm as rho
    from norms
),

cluster_moves as (
    select
        source,
        population,
        controlling_for,
        moves.cluster_key,
        partials.rho,
        {{ exact_sum(
            'case moves.pair'
            ~ " when 'xy' then moves.rho_move / partials.norm"
            ~ " when 'xz' then moves.rho_move * (partials.rho * partials.xz_rho"
            ~ ' / (1 - partials.xz_rho * partials.xz_rho)'
            ~ ' - partials.zy_rho / partials.norm)'
            ~ " when 'zy' then moves.rho_move * (partials.rho * partials.zy_rho"
            ~ ' / (1 - partials.zy_rho * partials.zy_rho)'
            ~ ' - partials.xz_rho / partials.norm) end', 18
        ) }}
        / nullif(
            round(
                max(case when moves.pair = 'xy' then moves.remaining_share end),
                12
            ),
            0
        ) as rho_move
    from moves
    inner join partials using (source, population, controlling_for)
    group by
        source,
        population,
        controlling_for,
        moves.cluster_key,
        partials.rho
),

cluster_squares as (
    select
        source,
        population,
        controlling_for,
        rho,
        rho_move * rho_move as squared_move,
        cast(
            sum(cast(rho_move * rho_move as decimal(38, 18))) over (
                partition by source, population, controlling_for
            ) as double
        ) as square_sum
    from cluster_moves
    where abs(rho) < 1
),

variances as (
    select
        source,
        population,
        controlling_for,
        rho,
        count(*) as cluster_count,
        count(*) - case when controlling_for = 'human_minutes' then 3 else 2 end
            as free_count,
        square_sum,
        -- Each cluster's share of the variance.
        {{ exact_sum('power(squared_move / nullif(square_sum, 0), 2)', 18) }}
            as share_squares
    from cluster_squares
    group by source, population, controlling_for, rho, square_sum
),

-- On Fisher's scale, so that the interval stays within -1 to 1. Each value has
-- its own mean, two or three in all, and leaving out a cluster moves one of
-- them.
errors as (
    select
        source,
        population,
        controlling_for,
        rho,
        {{ jackknife_degrees_of_freedom('cluster_count', 'share_squares') }}
            as degrees_of_freedom,
        (cluster_count - 1)
        / sqrt(cast(cluster_count * free_count as double))
        * sqrt(square_sum)
        / nullif(1 - rho * rho, 0) as se
    from variances
    where free_count > 0
),

final as (
    select
        errors.source,
        errors.population,
        errors.controlling_for,
        tanh(
            atanh(errors.rho) - errors.se * {{ t_quantile_975(
                'errors.degrees_of_freedom', 't_quantiles.t_975'
            ) }}
        ) as ci_low,
        tanh(
            atanh(errors.rho) + errors.se * {{ t_quantile_975(
                'errors.degrees_of_freedom', 't_quantiles.t_975'
            ) }}
        ) as ci_high
    from errors
    left join t_quantiles
        on errors.degrees_of_freedom = t_quantiles.degrees_of_freedom
    where errors.se > 1e-9
)

select * from final
