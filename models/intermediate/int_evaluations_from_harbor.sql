-- Grain: one row per Harbor evaluation, aggregated from its trials.
with

attempts as (
    select * from {{ ref('attempts') }}
),

trials as (
    select * from {{ ref('int_harbor_trials_identified') }}
),

kept_trials as (
    select
        attempts.evaluation_id,
        attempts.benchmark,
        trials.reasoning_effort,
        attempts.started_at,
        attempts.score,
        attempts.cost_usd,
        trials.has_zero_cost,
        attempts.latency_seconds,
        -- Harbor's input includes cached tokens.
        case
            when attempts.input_tokens >= coalesce(trials.cached_tokens, 0)
                then attempts.input_tokens - coalesce(trials.cached_tokens, 0)
        end as uncached_tokens,
        trials.cached_tokens,
        attempts.output_tokens,
        trials.model_count
    from attempts
    inner join trials
        on
            attempts.attempt_id = trials.attempt_id
            and attempts.file_id = trials.file_id
),

-- A sum over only some of the trials would be too low.
final as (
    select
        evaluation_id,
        benchmark,
        min(reasoning_effort) as reasoning_effort,
        cast(min(started_at) as date) as evaluated_on,
        {{ exact_mean('score') }} as accuracy,
        case when count(score) > 0 then 'mean_score' end as accuracy_metric,
        case
            when count(cost_usd) = count(*) then {{ exact_sum('cost_usd', 12) }}
            -- A cost of 0 was not priced; a finding says so.
            when count(*) filter (where has_zero_cost) = count(*) then 0e0
        end as total_cost_usd,
        {{ exact_mean('latency_seconds') }} as mean_latency_seconds,
        case
            when count(uncached_tokens) = count(*)
                then cast(sum(uncached_tokens) as bigint)
        end as input_tokens,
        case
            when count(output_tokens) = count(*)
                then cast(sum(output_tokens) as bigint)
        end as output_tokens,
        case
            when count(cached_tokens) = count(*)
                then cast(sum(cached_tokens) as bigint)
        end as cache_read_tokens,
        cast(
            sum(
                coalesce(uncached_tokens, 0) + coalesce(cached_tokens, 0)
                + coalesce(output_tokens, 0)
            ) as bigint
        ) as known_token_count,
        coalesce(max(model_count) > 1, false) as has_several_models
    from kept_trials
    group by evaluation_id, benchmark
)

select * from final
