-- What did looking a model's frontier distance up without the benchmark do?
-- The study: DeepSeek-V3 wins most comparisons by frontier distance, 89 %, and
-- o3 none.
-- The data: each model's distance on its alphabetically first benchmark served
-- for all of them. With each benchmark's own, gemini-2.0-flash is 1st (76 %),
-- DeepSeek-V3 wins 64 %, o3 15 %, and gpt-4.1 falls from 5th to 7th.
with

published_frontier_win_rates as (
    select * from {{ ref('published_frontier_win_rates') }}
),

model_win_rates as (
    select * from {{ ref('model_win_rates') }}
),

published as (
    select
        source,
        model,
        sum(wins) * 1e0 / nullif(sum(comparisons), 0) as win_rate
    from published_frontier_win_rates
    group by source, model
),

ranked as (
    select
        *,
        rank() over (
            partition by source
            order by win_rate desc nulls last
        ) as rank
    from published
)

select
    ranked.source,
    ranked.model,
    ranked.rank as published_rank,
    round(100 * ranked.win_rate, 1) as published_win_pct,
    model_win_rates.rank as corrected_rank,
    round(100 * model_win_rates.overall_win_rate, 1) as corrected_win_pct
from ranked
inner join model_win_rates
    on
        ranked.source = model_win_rates.source
        and ranked.model = model_win_rates.model
        and model_win_rates.basis = 'frontier_distance'
        and model_win_rates.coverage = 'all'
order by ranked.source, ranked.rank, ranked.model
