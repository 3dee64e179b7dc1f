-- Grain: one row per Inspect log, sample and epoch: its score, status, tokens.
with

samples as (
    select * from {{ ref('stg_inspect__samples') }}
),

headlines as (
    select * from {{ ref('int_inspect_headlines') }}
),

scores as (
    select * from {{ ref('stg_inspect__scores') }}
),

usage as (
    select * from {{ ref('int_inspect_usage_summed') }}
    where scope = 'sample'
),

chosen_scores as (
    select
        file_id,
        scores.sample_id,
        scores.epoch,
        scores.score_key,
        scores.value_text,
        scores.value_kind,
        scores.is_unreadable,
        -- Two scorers may have the same keys, so both must match.
        scores.score_key in ('', headlines.score) as is_its_key,
        (scores.value - headlines.minimum)
        / nullif(headlines.maximum - headlines.minimum, 0) as scaled_value,
        row_number() over (
            partition by file_id, scores.sample_id, scores.epoch
            order by
                case
                    when scores.score_key in ('', headlines.score) then 1
                    else 2
                end,
                scores.score_key
        ) as preference
    from headlines
    inner join scores using (file_id, scorer)
),

scored as (
    select
        file_id,
        sample_id,
        epoch,
        case
            when is_its_key then value_text
            else score_key || ': ' || value_text
        end as value_text,
        case when is_its_key and scaled_value between 0 and 1 then scaled_value
        end as score,
        is_its_key
        and (scaled_value not between 0 and 1 or value_kind = 'infinite')
            as is_out_of_range,
        -- A value with several keys, none of them the score's, is not a number
        -- either.
        not is_its_key or is_unreadable or value_kind in ('list', 'object')
            as is_unreadable_score
    from chosen_scores
    where preference = 1
),

final as (
    select
        file_id,
        sample_id,
        epoch,
        -- A person marked it invalid, but the log's metrics still count it.
        case when not samples.is_invalidated then scored.score end as score,
        case
            when samples.is_invalidated or samples.is_cancelled then 'unscored'
            when samples.error is not null then 'error'
            when samples.limit_type in ('time', 'working') then 'timeout'
            when samples.limit_type is not null then 'limit'
            when scored.score is not null then 'scored'
            else 'unscored'
        end as status,
        scored.value_text as score_text,
        coalesce(scored.is_out_of_range, false) as is_out_of_range,
        coalesce(scored.is_unreadable_score, false) as is_unreadable,
        samples.is_invalidated,
        samples.action_count,
        samples.total_seconds as latency_seconds,
        samples.metadata,
        samples.started_at,
        samples.uuid,
        -- All tokens read, from a cache or not.
        usage.input_tokens
        + coalesce(usage.cache_read_tokens, 0)
        + coalesce(usage.cache_write_tokens, 0) as input_tokens,
        usage.output_tokens,
        usage.total_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
        usage.cost_usd
    from samples
    left join scored using (file_id, sample_id, epoch)
    left join usage using (file_id, sample_id, epoch)
)

select * from final
