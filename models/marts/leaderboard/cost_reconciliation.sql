-- Grain: one row per evaluation.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

model_tokens as (
    select * from {{ ref('int_hal_model_tokens') }}
),

model_prices as (
    select * from {{ ref('model_prices') }}
),

price_periods as (
    select
        *,
        lead(valid_from) over (
            partition by model
            order by valid_from
        ) as valid_before
    from model_prices
),

used as (
    select
        model_tokens.evaluation_id,
        model_tokens.model,
        evaluations.evaluated_on,
        model_tokens.input_tokens,
        -- Where the source does not report a cache, none was used.
        coalesce(model_tokens.cache_read_tokens, 0) as cache_read_tokens,
        coalesce(model_tokens.cache_write_tokens, 0) as cache_write_tokens,
        model_tokens.output_tokens
    from model_tokens
    inner join evaluations using (evaluation_id)
),

priced as (
    select
        used.evaluation_id,
        used.evaluated_on,
        used.input_tokens
        + used.cache_read_tokens
        + used.cache_write_tokens
        + used.output_tokens as token_count,
        (
            used.input_tokens * price_periods.input_usd_per_million
            + used.cache_read_tokens
            * price_periods.cache_read_usd_per_million
            + used.cache_write_tokens
            * price_periods.cache_write_usd_per_million
            + used.output_tokens * price_periods.output_usd_per_million
        )
        / 1e6 as repriced_cost_usd,
        (
            used.input_tokens * latest_prices.input_usd_per_million
            + used.cache_read_tokens
            * latest_prices.cache_read_usd_per_million
            + used.cache_write_tokens
            * latest_prices.cache_write_usd_per_million
            + used.output_tokens * latest_prices.output_usd_per_million
        )
        / 1e6 as current_cost_usd
    from used
    left join price_periods
        on
            used.model = price_periods.model
            and used.evaluated_on >= price_periods.valid_from
            and (
                price_periods.valid_before is null
                or used.evaluated_on < price_periods.valid_before
            )
    left join price_periods as latest_prices
        on
            used.model = latest_prices.model
            and latest_prices.valid_before is null
),

sums as (
    select
        evaluation_id,
        -- A model without a price leaves the sum unknown; it is not free.
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
        end as priced_token_share
    from priced
    group by evaluation_id
),

final as (
    select
        evaluations.evaluation_id,
        evaluations.source,
        evaluations.benchmark,
        evaluations.model,
        evaluations.total_cost_usd as reported_cost_usd,
        sums.repriced_cost_usd,
        sums.current_cost_usd,
        sums.priced_token_share,
        evaluations.total_cost_usd / nullif(sums.repriced_cost_usd, 0) as ratio
    from evaluations
    left join sums using (evaluation_id)
    where not evaluations.is_excluded
)

select * from final
