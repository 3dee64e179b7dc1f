-- Grain: one row per source and model.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

-- A benchmark that a model ran often counts once. Without the last digits, so
-- that equal means compare as equal in win_rate_frontier.
benchmark_means as (
    select
        source,
        benchmark,
        model,
        {{ exact_mean('total_cost_usd') }} as mean_cost_usd,
        {{ exact_mean('mean_latency_seconds') }} as mean_latency_seconds
    from evaluations
    where not is_excluded
    group by source, benchmark, model
),

final as (
    select
        source,
        model,
        round({{ exact_mean('mean_cost_usd') }}, 12) as mean_cost_usd,
        round({{ exact_mean('mean_latency_seconds') }}, 10)
            as mean_latency_seconds,
        count(*) as benchmark_count,
        count(mean_cost_usd) as costed_benchmark_count,
        count(mean_latency_seconds) as timed_benchmark_count
    from benchmark_means
    group by source, model
)

select * from final
