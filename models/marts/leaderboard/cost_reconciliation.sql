-- Grain: one row per evaluation.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

costs as (
    select * from {{ ref('int_evaluation_costs') }}
),

-- A cost that cannot be complete should be visible here.
compared as (
    select
        evaluations.*,
        coalesce(
            evaluations.total_cost_usd,
            case
                when
                    evaluations.cost_status in ('partly_priced', 'refused_part')
                    then costs.reported_cost_usd
            end
        ) as reported_cost_usd,
        costs.repriced_cost_usd,
        costs.current_cost_usd,
        costs.priced_token_share
    from evaluations
    inner join costs
        on evaluations.evaluation_id = costs.evaluation_id
),

final as (
    select
        evaluation_id,
        source,
        benchmark,
        model,
        reported_cost_usd,
        cost_status,
        repriced_cost_usd,
        current_cost_usd,
        priced_token_share,
        reported_cost_usd / nullif(repriced_cost_usd, 0) as ratio
    from compared
    where not is_excluded
)

select * from final
