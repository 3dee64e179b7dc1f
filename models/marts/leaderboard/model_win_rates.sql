-- Grain: one row per basis, source, coverage and model.
with

benchmark_win_rates as (
    select * from {{ ref('benchmark_win_rates') }}
),

model_counts as (
    select
        basis,
        source,
        count(distinct model) as model_count
    from benchmark_win_rates
    group by basis, source
),

shared_benchmarks as (
    select
        benchmark_win_rates.basis,
        benchmark_win_rates.source,
        benchmark_win_rates.benchmark
    from benchmark_win_rates
    inner join model_counts using (basis, source)
    group by
        benchmark_win_rates.basis,
        benchmark_win_rates.source,
        benchmark_win_rates.benchmark,
        model_counts.model_count
    having count(distinct benchmark_win_rates.model) = model_counts.model_count
),

covered as (
    select
        'all' as coverage,
        benchmark_win_rates.*
    from benchmark_win_rates
    union all
    select
        'shared' as coverage,
        benchmark_win_rates.*
    from benchmark_win_rates
    inner join shared_benchmarks using (basis, source, benchmark)
),

totals as (
    select
        basis,
        source,
        coverage,
        model,
        count(distinct benchmark) as benchmark_count,
        -- A cell in which the model stands alone has no win rate.
        count(win_rate) as cell_count,
        {{ exact_mean('win_rate') }} as win_rate_mean,
        {{ in_order('stddev_samp', 'win_rate') }} as win_rate_std,
        cast(sum(wins) as bigint) as wins,
        cast(sum(ties) as bigint) as ties,
        cast(sum(comparisons) as bigint) as comparisons
    from covered
    group by basis, source, coverage, model
),

rated as (
    select
        *,
        wins * 1e0 / nullif(comparisons, 0) as overall_win_rate,
        (wins + ties / 2e0) / nullif(comparisons, 0)
            as overall_win_rate_half_ties
    from totals
),

final as (
    select
        basis,
        source,
        coverage,
        model,
        benchmark_count,
        cell_count,
        win_rate_mean,
        win_rate_std,
        wins,
        ties,
        comparisons,
        overall_win_rate,
        overall_win_rate_half_ties,
        -- Models that tie share the better rank.
        rank() over (
            partition by basis, source, coverage
            order by overall_win_rate desc nulls last
        ) as rank
    from rated
)

select * from final
