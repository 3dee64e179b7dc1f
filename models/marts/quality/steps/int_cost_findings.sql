-- Grain: one row per finding about what an evaluation cost, or about a model's
-- price.
with

attempts as (
    select * from {{ ref('attempts') }}
),

evaluations as (
    select * from {{ ref('evaluations') }}
),

unioned_evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

costs as (
    select * from {{ ref('int_evaluation_costs') }}
),

model_costs as (
    select * from {{ ref('int_model_costs') }}
),

zero_costs as (
    select
        'zero_cost_with_tokens' as finding_code,
        evaluations.source,
        evaluation_id as subject,
        'its cost is 0, but it '
        || coalesce(
            'used ' || unioned_evaluations.known_token_count
            || ' tokens: its model had no price',
            'tried ' || evaluations.task_count || ' task(s)',
            'has an accuracy'
        ) as detail
    from evaluations
    inner join unioned_evaluations using (evaluation_id)
    where evaluations.cost_status = 'zero_with_tokens'
),

-- Only for sources that give the cost of each attempt.
zero_attempts as (
    select
        'zero_cost_with_tokens' as finding_code,
        evaluations.source,
        evaluation_id as subject,
        count(*) filter (where {{ is_unpriced_attempt('attempts') }}) || ' of '
        || count(*) || ' attempts cost 0, but used tokens, so what all of them'
        || ' cost is unknown' as detail
    from evaluations
    inner join attempts using (evaluation_id)
    where evaluations.cost_status = 'not_told'
    group by evaluations.source, evaluation_id
    having
        count(*) filter (where {{ is_unpriced_attempt('attempts') }}) > 0
),

used_tokens as (
    select
        evaluation_id,
        model_costs.model,
        evaluations.source,
        model_costs.known_token_count,
        model_costs.has_price,
        -- Without a date, only a model with no price at all counts as unpriced.
        model_costs.has_price_of_day
        or (model_costs.evaluated_on is null and model_costs.has_price)
            as is_priced,
        coalesce(
            model_costs.repriced_cost_usd, model_costs.current_cost_usd
        ) is null as is_cost_unknown
    from model_costs
    inner join evaluations using (evaluation_id)
    where model_costs.known_token_count > 0
),

models_without_cost as (
    select
        evaluation_id,
        min(model) as model,
        cast(sum(known_token_count) as bigint) as token_count
    from used_tokens
    where is_cost_unknown
    group by evaluation_id
),

partial_costs as (
    select
        'partly_priced_cost' as finding_code,
        evaluations.source,
        evaluation_id as subject,
        'its cost is ' || round(costs.reported_cost_usd, 4)
        || ' US dollars, but its tokens cost '
        || case
            when costs.repriced_cost_usd is null then 'at least '
            else ''
        end
        || round(costs.least_cost_usd, 4) || ' by seeds/model_prices.csv'
        || coalesce(
            ' without the ' || models_without_cost.token_count
            || ' of ' || models_without_cost.model,
            ''
        ) as detail
    from evaluations
    inner join costs using (evaluation_id)
    left join models_without_cost using (evaluation_id)
    where evaluations.cost_status = 'partly_priced'
),

unpriced_models as (
    select
        'unpriced_model' as finding_code,
        source,
        model as subject,
        count(*) || ' evaluation(s) used '
        || cast(sum(known_token_count) as bigint) || ' tokens of it, and '
        || case
            when max(case when has_price then 1 else 0 end) = 1
                then 'its first price is of a later day'
            else 'it has no price, or the name no alias'
        end as detail
    from used_tokens
    where
        not is_priced
        and model <> 'unknown'
    group by source, model
),

unpriced_sources as (
    select
        'no_repriced_cost' as finding_code,
        used_tokens.source,
        used_tokens.source as subject,
        'not one of ' || count(distinct evaluation_id) || ' evaluation(s) with'
        || ' tokens by model can be repriced, so no reported cost is compared'
        || ' with the list' as detail
    from used_tokens
    inner join costs using (evaluation_id)
    group by used_tokens.source
    having count(costs.repriced_cost_usd) = 0
),

final as (
    {{ union_findings([
        'zero_costs',
        'zero_attempts',
        'partial_costs',
        'unpriced_models',
        'unpriced_sources',
    ]) }}
)

select * from final
