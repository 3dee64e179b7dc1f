-- Grain: one row per repeats, coverage, basis, source, benchmark, scaffold and
-- model.
with

benchmark_win_rates as (
    select * from {{ ref('benchmark_win_rates') }}
),

model_counts as (
    select
        repeats,
        basis,
        source,
        count(distinct model) as model_count
    from benchmark_win_rates
    group by repeats, basis, source
),

shared_benchmarks as (
    select
        repeats,
        basis,
        source,
        benchmark_win_rates.benchmark
    from benchmark_win_rates
    inner join model_counts using (repeats, basis, source)
    group by
        repeats,
        basis,
        source,
        benchmark_win_rates.benchmark,
        model_counts.model_count
    having count(distinct benchmark_win_rates.model) = model_counts.model_count
),

final as (
    select
        repeats,
        'all' as coverage,
        basis,
        source,
        benchmark,
        scaffold,
        model,
        wins,
        ties,
        comparisons,
        win_rate
    from benchmark_win_rates
    union all
    select
        repeats,
        'shared' as coverage,
        basis,
        source,
        benchmark,
        benchmark_win_rates.scaffold,
        benchmark_win_rates.model,
        benchmark_win_rates.wins,
        benchmark_win_rates.ties,
        benchmark_win_rates.comparisons,
        benchmark_win_rates.win_rate
    from benchmark_win_rates
    inner join shared_benchmarks using (repeats, basis, source, benchmark)
)

select * from final
