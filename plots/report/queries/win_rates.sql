select
    source,
    basis,
    coverage,
    rank,
    model,
    overall_win_rate,
    overall_win_rate_half_ties,
    win_rate_mean,
    win_rate_std,
    wins,
    ties,
    comparisons,
    benchmark_count
from model_win_rates
where repeats = 'best'
order by source, basis, coverage, rank, model
limit 2000
