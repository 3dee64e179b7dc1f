-- Grain: one row per model or role whose tokens an Inspect log counts, for a
-- sample or the evaluation: its tokens by one rule. Since version 0.3.184 the
-- input excludes cached tokens. Before that it depends on the provider, as does
-- whether the output includes reasoning. The total decides if it can.
with

usage as (
    select * from {{ ref('stg_inspect__usage') }}
),

evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

-- `tokens_beside`: what the total has in addition to input and output.
compared as (
    select
        usage.*,
        coalesce(usage.reasoning_tokens, 0) as known_reasoning_tokens,
        usage.reported_total_tokens
        - usage.reported_input_tokens
        - usage.reported_output_tokens as tokens_beside,
        coalesce(usage.cache_read_tokens, 0) as known_read_tokens,
        coalesce(usage.cache_write_tokens, 0) as known_write_tokens,
        coalesce(evaluations.writer_number >= 3184, true) as is_new,
        coalesce(
            usage.provider_name, split_part(evaluations.full_model, '/', 1)
        ) as asked_provider
    from usage
    inner join evaluations
        on usage.file_id = evaluations.file_id
),

counted as (
    select
        *,
        case
            when
                tokens_beside - known_read_tokens - known_write_tokens
                in (0, known_reasoning_tokens)
                then reported_input_tokens
            when
                tokens_beside in (0, known_reasoning_tokens)
                and known_read_tokens > 0
                -- A part cannot be more than the input.
                and known_read_tokens <= reported_input_tokens
                then reported_input_tokens - known_read_tokens
            when is_new or asked_provider = 'anthropic'
                then reported_input_tokens
            when
                asked_provider in (
                    'openai', 'azure', 'google', 'vertex', 'grok'
                )
                then reported_input_tokens - known_read_tokens
            else reported_input_tokens
        end as input_tokens,
        reported_output_tokens
        + case
            when known_reasoning_tokens > reported_output_tokens
                then known_reasoning_tokens
            when
                tokens_beside not in (
                    0, known_read_tokens + known_write_tokens
                )
                and tokens_beside - known_reasoning_tokens in (
                    0, known_read_tokens + known_write_tokens
                )
                then known_reasoning_tokens
            else 0
        end as output_tokens
    from compared
),

final as (
    select
        file_id,
        scope,
        sample_id,
        epoch,
        kind,
        name,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        -- A total below the sum of its parts does not include them.
        case
            when
                reported_total_tokens
                >= coalesce(input_tokens, 0)
                + known_read_tokens
                + known_write_tokens
                + coalesce(reported_output_tokens, 0)
                then reported_total_tokens
        end as total_tokens,
        cost_usd,
        greatest(
            coalesce(reported_total_tokens, 0),
            coalesce(reported_input_tokens, 0),
            coalesce(reported_output_tokens, 0),
            known_read_tokens,
            known_write_tokens
        ) > 0 as has_tokens
    from counted
)

select * from final
