-- Win rates are counted by the order of the values; pair by pair must come to
-- the same.
with

benchmark_win_rates as (
    select * from {{ ref('benchmark_win_rates') }}
),

model_comparisons as (
    select * from {{ ref('model_comparisons') }}
),

counts as (
    select
        repeats,
        basis,
        source,
        benchmark,
        scaffold,
        model_a as model,
        count(*) filter (where result = 'win') as wins,
        count(*) filter (where result = 'tie') as ties,
        count(*) filter (where result = 'loss') as losses
    from model_comparisons
    group by repeats, basis, source, benchmark, scaffold, model_a
)

select
    benchmark_win_rates.repeats,
    benchmark_win_rates.basis,
    benchmark_win_rates.source,
    benchmark_win_rates.benchmark,
    benchmark_win_rates.scaffold,
    benchmark_win_rates.model
from benchmark_win_rates
left join counts
    on {{ same_keys(
        'benchmark_win_rates',
        'counts',
        ['repeats', 'basis', 'source', 'benchmark', 'scaffold', 'model']
    ) }}
where
    benchmark_win_rates.wins <> coalesce(counts.wins, 0)
    or benchmark_win_rates.ties <> coalesce(counts.ties, 0)
    or benchmark_win_rates.losses <> coalesce(counts.losses, 0)
