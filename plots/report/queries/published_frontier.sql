with published as (
    select source, model, sum(wins) / sum(comparisons) as published_win_rate
    from published_frontier_win_rates
    group by source, model
)
select
    source,
    model,
    published.published_win_rate,
    corrected.overall_win_rate as corrected_win_rate,
    corrected.rank as corrected_rank,
    corrected.comparisons
from published
inner join model_win_rates as corrected using (source, model)
where corrected.basis = 'frontier_distance' and corrected.coverage = 'all'
order by source, corrected.rank, model
