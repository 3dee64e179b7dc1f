-- Grain: one row per attempt: its cost, from its own record or else an equal
-- share of its evaluation's.
with

attempts as (
    select * from {{ ref('attempts') }}
),

evaluations as (
    select * from {{ ref('evaluations') }}
),

recorded as (
    select
        evaluation_id,
        count(*) as attempt_count,
        count(cost_usd) as cost_count,
        count(total_tokens) as token_count,
        count(latency_seconds) as latency_count
    from attempts
    group by evaluation_id
),

final as (
    select
        attempts.attempt_id,
        case
            when {{ is_unpriced_attempt('attempts') }} then null
            -- Costs that cannot be complete say nothing about an attempt.
            when
                recorded.cost_count > 0
                and coalesce(evaluations.cost_status, 'reported')
                not in ('zero_with_tokens', 'partly_priced', 'refused_part')
                then attempts.cost_usd
            else evaluations.total_cost_usd / recorded.attempt_count
        end as cost_usd,
        case
            when recorded.token_count > 0
                then attempts.total_tokens * 1e0
            else
                (
                    evaluations.input_tokens
                    + coalesce(evaluations.cache_read_tokens, 0)
                    + coalesce(evaluations.cache_write_tokens, 0)
                    + evaluations.output_tokens
                )
                * 1e0
                / recorded.attempt_count
        end as token_count,
        case
            when recorded.latency_count > 0 then attempts.latency_seconds
            else evaluations.mean_latency_seconds
        end as seconds
    from attempts
    inner join recorded using (evaluation_id)
    left join evaluations using (evaluation_id)
)

select * from final
