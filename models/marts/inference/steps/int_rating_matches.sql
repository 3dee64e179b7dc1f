-- Grain: one row per replicate and ordered pair of comparable models matched in
-- it. Replicate 0 is the data; with `rating_intervals: bootstrap` every other
-- one redraws the clusters, at a cost of pairs x clusters x
-- `bootstrap_replicates`.
{%- set replicate_count = (
    var('bootstrap_replicates')
    if var('rating_intervals') == 'bootstrap' else 0
) %}
with

comparisons as (
    select * from {{ ref('int_rating_comparisons') }}
),

components as (
    select * from {{ ref('int_rating_components') }}
),

opponents as (
    select * from {{ ref('int_rating_components') }}
),

replicates as (
    {{ number_series('0', replicate_count) }}
),

clusters as (
    select distinct cluster_number
    from comparisons
),

weighted as (
    select
        clusters.cluster_number,
        replicates.number as replicate,
        case
            when replicates.number = 0 then 1
            else {{ bootstrap_weight(
                'replicates.number', 'clusters.cluster_number'
            ) }}
        end as weight
    from clusters
    cross join replicates
),

draws as (
    select * from weighted
    where weight > 0
),

pairs as (
    select
        draws.replicate,
        comparisons.model_number,
        comparisons.opponent_number,
        cast(
            sum(draws.weight * comparisons.comparison_count) as bigint
        ) as match_count,
        -- Multiples of one half, so the sum is exact.
        sum(draws.weight * comparisons.wins) as wins
    from comparisons
    inner join draws
        on comparisons.cluster_number = draws.cluster_number
    group by
        draws.replicate,
        comparisons.model_number,
        comparisons.opponent_number
),

comparable_pairs as (
    select
        pairs.replicate,
        components.component_number,
        pairs.model_number,
        pairs.opponent_number,
        pairs.match_count,
        pairs.wins
    from pairs
    inner join components
        on pairs.model_number = components.model_number
    inner join opponents
        on
            pairs.opponent_number = opponents.model_number
            and components.component_number = opponents.component_number
),

final as (
    select
        replicate,
        component_number,
        model_number,
        opponent_number,
        match_count,
        wins
    from comparable_pairs
    union all
    select
        replicate,
        component_number,
        opponent_number as model_number,
        model_number as opponent_number,
        match_count,
        match_count - wins as wins
    from comparable_pairs
)

select * from final
