-- Grain: one row per evaluation: its reported cost, the cost of its tokens at
-- list prices, and whether the reported cost can be complete.
with

evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

outcomes as (
    select * from {{ ref('int_evaluation_outcomes') }}
),

-- A cost cannot be checked if part of the tokens was refused.
refused_usage as (
    select distinct hal_evaluations.evaluation_id
    from {{ ref('int_hal_refused_parts') }} as refused_parts
    inner join {{ ref('int_hal_evaluations_identified') }} as hal_evaluations
        using (file_id, trace_number)
    where refused_parts.part = 'usage'
),

model_costs as (
    select
        *,
        -- Without a price of its day, the latest is used.
        coalesce(repriced_cost_usd, current_cost_usd) as list_cost_usd
    from {{ ref('int_model_costs') }}
),

sums as (
    select
        evaluation_id,
        -- A model without a price makes the sum unknown; it is not free.
        case
            when count(*) = count(repriced_cost_usd)
                then {{ exact_sum('repriced_cost_usd', 12) }}
        end as repriced_cost_usd,
        case
            when count(*) = count(current_cost_usd)
                then {{ exact_sum('current_cost_usd', 12) }}
        end as current_cost_usd,
        case
            when
                count(*) = count(token_count)
                and count(*) = count(evaluated_on)
                then
                    sum(
                        case
                            when repriced_cost_usd is not null then token_count
                            else 0
                        end
                    )
                    * 1e0
                    / nullif(sum(token_count), 0)
        end as priced_token_share,
        -- Only models with known tokens and a known price.
        {{ exact_sum('list_cost_usd', 12) }} as least_cost_usd
    from model_costs
    group by evaluation_id
),

-- Each model that used tokens, with the cost of the others.
compared as (
    select
        evaluation_id,
        evaluations.total_cost_usd,
        model_costs.list_cost_usd,
        sums.least_cost_usd - coalesce(model_costs.list_cost_usd, 0)
            as cost_of_others_usd
    from evaluations
    inner join sums using (evaluation_id)
    inner join model_costs using (evaluation_id)
    where model_costs.known_token_count > 0
),

-- A cost that leaves out one model equals the cost of the others; a cost that
-- counts only one model equals the cost of that one.
partial_costs as (
    select
        evaluation_id,
        count(*) filter (
            where
            {{ is_same_cost('total_cost_usd', 'cost_of_others_usd') }}
            and (list_cost_usd is null or list_cost_usd > total_cost_usd / 100)
        ) > 0 as is_without_a_model,
        count(*) filter (
            where
            {{ is_same_cost('total_cost_usd', 'list_cost_usd') }}
            and cost_of_others_usd > total_cost_usd / 100
        ) > 0 as is_of_one_model
    from compared
    group by evaluation_id
),

final as (
    select
        evaluations.evaluation_id,
        evaluations.total_cost_usd as reported_cost_usd,
        case
            when evaluations.total_cost_usd is null
                then 'not_told'
            -- The model had no price, and the source counts it as free.
            when evaluations.total_cost_usd = 0
                then
                    case
                        when
                            {{ has_used_tokens(
                                'evaluations.known_token_count',
                                'outcomes.attempted_task_count',
                                'evaluations.accuracy',
                            ) }}
                            then 'zero_with_tokens'
                        else 'reported'
                    end
            when refused_usage.evaluation_id is not null
                then 'refused_part'
            when
                evaluations.total_cost_usd * 10 < sums.least_cost_usd
                or partial_costs.is_without_a_model
                or partial_costs.is_of_one_model
                then 'partly_priced'
            else 'reported'
        end as cost_status,
        sums.repriced_cost_usd,
        sums.current_cost_usd,
        sums.priced_token_share,
        sums.least_cost_usd
    from evaluations
    left join outcomes
        on evaluations.evaluation_id = outcomes.evaluation_id
    left join sums
        on evaluations.evaluation_id = sums.evaluation_id
    left join refused_usage
        on evaluations.evaluation_id = refused_usage.evaluation_id
    left join partial_costs
        on evaluations.evaluation_id = partial_costs.evaluation_id
)

select * from final
