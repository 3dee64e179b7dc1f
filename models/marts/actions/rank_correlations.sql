-- Grain: one row per source, population, ordered pair of x and y, and control.
with

cluster_sums as (
    select * from {{ ref('int_rank_sums') }}
),

stratum_sums as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        sum(attempt_count) as attempt_count,
        {{ exact_sum('xy_sum', 2) }} as xy_sum,
        {{ exact_sum('xx_sum', 2) }} as xx_sum,
        {{ exact_sum('yy_sum', 2) }} as yy_sum
    from cluster_sums
    group by source, population, x, y, controlling_for, stratum
),

-- If x and y are unrelated within each stratum, xy_sum has mean zero and
-- variance xx_sum * yy_sum / (attempt_count - 1), summed over the strata.
pooled as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        cast(sum(attempt_count) as bigint) as attempt_count,
        sum(xy_sum)
        / nullif(sqrt(sum(xx_sum) * sum(yy_sum)), 0) as spearman_rho,
        sum(xy_sum)
        / nullif(
            sqrt({{ in_order(
                'sum', 'xx_sum * yy_sum / nullif(attempt_count - 1, 0)'
            ) }}),
            0
        ) as z_score
    from stratum_sums
    group by source, population, x, y, controlling_for
),

partial_inputs as (
    select
        source,
        population,
        max(attempt_count) as attempt_count,
        max(spearman_rho) filter (
            where x = 'action_count' and y = 'score'
        ) as xy_rho,
        max(spearman_rho) filter (
            where x = 'action_count' and y = 'human_minutes'
        ) as xz_rho,
        max(spearman_rho) filter (
            where x = 'human_minutes' and y = 'score'
        ) as zy_rho
    from pooled
    where controlling_for = 'human_minutes'
    group by source, population
),

partial_rhos as (
    select
        source,
        population,
        attempt_count,
        (xy_rho - xz_rho * zy_rho)
        / nullif(
            sqrt((1 - xz_rho * xz_rho) * (1 - zy_rho * zy_rho)), 0
        ) as spearman_rho
    from partial_inputs
),

-- With three attempts it is 1 or -1, except for the last digit.
bounded_rhos as (
    select
        source,
        population,
        'action_count' as x,
        'score' as y,
        'human_minutes' as controlling_for,
        attempt_count,
        case
            when spearman_rho > 1 then 1e0
            when spearman_rho < -1 then -1e0
            else spearman_rho
        end as spearman_rho
    from partial_rhos
),

correlations as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        attempt_count,
        spearman_rho,
        z_score
    from pooled
    where controlling_for <> 'human_minutes'
    union all
    select
        source,
        population,
        x,
        y,
        controlling_for,
        attempt_count,
        spearman_rho,
        -- One degree of freedom goes to the control.
        spearman_rho * sqrt(greatest(attempt_count - 2, 0)) as z_score
    from bounded_rhos
),

-- A correlation has no direction. Both orders are rows, so that users can ask
-- for either.
final as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        attempt_count,
        spearman_rho,
        z_score
    from correlations
    union all
    select
        source,
        population,
        y as x,
        x as y,
        controlling_for,
        attempt_count,
        spearman_rho,
        z_score
    from correlations
)

{{ with_headline(
    'final',
    ['source', 'x', 'y', 'controlling_for'],
    ['population']
) }}
