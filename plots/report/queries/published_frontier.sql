select
    source,
    model,
    published_win_rate,
    published_rank,
    corrected_win_rate,
    corrected_rank,
    comparisons,
    benchmark_count
from win_rate_corrections
order by source, corrected_rank, model
limit 2000
