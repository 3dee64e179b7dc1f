-- Grain: one row per source, benchmark, kind of scaffold (generalist or made
-- for the benchmark) and model.
with

evaluations as (
    select * from {{ ref('evaluations') }}
    where
        not is_excluded
        and is_generalist is not null
),

benchmark_win_rates as (
    select * from {{ ref('benchmark_win_rates') }}
    where basis = 'scaffold'
),

means as (
    select
        source,
        benchmark,
        is_generalist,
        model,
        count(*) as evaluation_count,
        count(accuracy) as scored_count,
        count(total_cost_usd) as costed_count,
        count(mean_latency_seconds) as timed_count,
        {{ exact_mean('accuracy') }} as mean_accuracy,
        {{ exact_mean('total_cost_usd') }} as mean_cost_usd,
        {{ exact_mean('mean_latency_seconds') }} as mean_latency_seconds
    from evaluations
    group by source, benchmark, is_generalist, model
),

-- A scaffold that was run often was compared once.
scaffolds as (
    select distinct
        source,
        benchmark,
        is_generalist,
        scaffold,
        model
    from evaluations
),

wins as (
    select
        scaffolds.source,
        scaffolds.benchmark,
        scaffolds.is_generalist,
        scaffolds.model,
        count(*) as scaffold_count,
        cast(sum(benchmark_win_rates.wins) as bigint) as wins,
        cast(sum(benchmark_win_rates.comparisons) as bigint) as comparisons
    from scaffolds
    left join benchmark_win_rates using (source, benchmark, scaffold, model)
    group by
        scaffolds.source,
        scaffolds.benchmark,
        scaffolds.is_generalist,
        scaffolds.model
),

final as (
    select
        means.source,
        means.benchmark,
        means.is_generalist,
        means.model,
        wins.scaffold_count,
        means.evaluation_count,
        means.scored_count,
        means.costed_count,
        means.timed_count,
        means.mean_accuracy,
        means.mean_cost_usd,
        means.mean_latency_seconds,
        wins.wins,
        wins.comparisons,
        wins.wins * 1e0 / nullif(wins.comparisons, 0) as win_rate
    from means
    inner join wins using (source, benchmark, is_generalist, model)
)

select * from final
