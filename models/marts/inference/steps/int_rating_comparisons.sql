-- Grain: one row per cluster and pair of models matched in it, the one with
-- the lower number first. Quadratic in the number of models at a task or
-- benchmark.
with

results as (
    select * from {{ ref('int_rating_results') }}
),

opponents as (
    select * from {{ ref('int_rating_results') }}
),

final as (
    select
        results.cluster_number,
        results.model_number,
        opponents.model_number as opponent_number,
        count(*) as comparison_count,
        -- Multiples of one half, so the sum is exact.
        sum(
            case
                when results.value > opponents.value then 1e0
                when results.value = opponents.value then 0.5e0
                else 0e0
            end
        ) as wins
    from results
    inner join opponents
        on
            results.match_number = opponents.match_number
            and results.success_rule = opponents.success_rule
            and results.model_number < opponents.model_number
    group by
        results.cluster_number,
        results.model_number,
        opponents.model_number
)

select * from final
