-- Grain: one row per source and model.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

-- A benchmark that a model ran often counts once.
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
        -- win_rate_frontier compares them.
        {{ comparable(exact_mean('mean_cost_usd'), 'usd') }} as mean_cost_usd,
        {{ comparable(exact_mean('mean_latency_seconds'), 'seconds') }}
            as mean_latency_seconds,
        count(*) as benchmark_count,
        count(mean_cost_usd) as costed_benchmark_count,
        count(mean_latency_seconds) as timed_benchmark_count
    from benchmark_means
    group by source, model
)

select * from final
