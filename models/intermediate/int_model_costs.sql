-- Grain: one row per evaluation and model that it called: the cost of its
-- tokens at list prices.
with

evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

model_tokens as (
    select * from {{ ref('int_model_tokens') }}
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
        evaluation_id,
        model_tokens.model,
        evaluations.evaluated_on,
        model_tokens.input_tokens,
        -- If the source does not report a cache, none was used.
        coalesce(model_tokens.cache_read_tokens, 0) as cache_read_tokens,
        coalesce(model_tokens.cache_write_tokens, 0) as cache_write_tokens,
        model_tokens.output_tokens,
        model_tokens.known_token_count
    from model_tokens
    inner join evaluations using (evaluation_id)
),

final as (
    select
        used.evaluation_id,
        used.model,
        used.evaluated_on,
        used.input_tokens
        + used.cache_read_tokens
        + used.cache_write_tokens
        + used.output_tokens as token_count,
        used.known_token_count,
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
        / 1e6 as current_cost_usd,
        price_periods.model is not null as has_price_of_day,
        latest_prices.model is not null as has_price
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
)

select * from final
