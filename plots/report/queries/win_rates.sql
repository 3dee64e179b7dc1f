select
    source,
    basis,
    coverage,
    rank,
    model,
    overall_win_rate,
    ci_low,
    ci_high,
    overall_win_rate_half_ties,
    win_rate_mean,
    win_rate_std,
    wins,
    ties,
    comparisons,
    benchmark_count,
    is_headline
from model_win_rates
inner join (
    select distinct source, repeats from best_evaluations where is_headline
) using (source, repeats)
order by source, basis, coverage, rank, model
limit 2000
