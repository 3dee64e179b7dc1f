-- Grain: one row per component, cluster and model with an opponent of the
-- component in it: its wins in the cluster minus those expected from the
-- strengths, the gradient of the log likelihood.
with

comparisons as (
    select * from {{ ref('int_rating_comparisons') }}
),

fits as (
    select * from {{ ref('int_rating_fits') }}
    where replicate = 0
),

opponents as (
    select * from {{ ref('int_rating_fits') }}
    where replicate = 0
),

expected as (
    select
        fits.component_number,
        comparisons.cluster_number,
        comparisons.model_number,
        comparisons.opponent_number,
        comparisons.comparison_count,
        comparisons.wins,
        1 / (1 + exp(opponents.strength - fits.strength)) as win_probability
    from comparisons
    inner join fits
        on comparisons.model_number = fits.model_number
    inner join opponents
        on
            comparisons.opponent_number = opponents.model_number
            and fits.component_number = opponents.component_number
),

terms as (
    select
        *,
        wins - comparison_count * win_probability as residual,
        comparison_count * win_probability * (1 - win_probability)
            as information
    from expected
),

both_ways as (
    select
        component_number,
        cluster_number,
        model_number,
        residual,
        information
    from terms
    union all
    select
        component_number,
        cluster_number,
        opponent_number as model_number,
        -residual as residual,
        information
    from terms
),

final as (
    select
        component_number,
        cluster_number,
        model_number,
        {{ exact_sum('residual', 18) }} as score,
        {{ exact_sum('information', 18) }} as information
    from both_ways
    group by component_number, cluster_number, model_number
)

select * from final
