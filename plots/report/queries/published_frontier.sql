with published as (
    select source, model, sum(wins) / nullif(sum(comparisons), 0) as published_win_rate
    from published_frontier_win_rates
    group by source, model
),
corrected as (
    select *
    from model_win_rates
    where basis = 'frontier_distance' and coverage = 'all'
)
select
    source,
    model,
    published.published_win_rate,
    corrected.overall_win_rate as corrected_win_rate,
    corrected.rank as corrected_rank,
    corrected.comparisons
from published
left join corrected using (source, model)
order by source, corrected.rank nulls last, model
limit 2000
