-- Grain: one row per source and model.
-- Win rates by the distance to the frontier, with the published bug and without
-- it.
with

published_frontier_win_rates as (
    select * from {{ ref('published_frontier_win_rates') }}
),

model_win_rates as (
    select * from {{ ref('model_win_rates') }}
    where repeats = 'best'
),

published as (
    select
        source,
        model,
        count(*) as benchmark_count,
        cast(sum(wins) as bigint) as wins,
        cast(sum(comparisons) as bigint) as comparisons,
        sum(wins) * 1e0 / nullif(sum(comparisons), 0) as win_rate
    from published_frontier_win_rates
    group by source, model
),

ranked as (
    select
        *,
        case
            when win_rate is not null
                then rank() over (
                    partition by source
                    order by win_rate desc nulls last
                )
        end as rank
    from published
),

final as (
    select
        ranked.source,
        ranked.model,
        ranked.benchmark_count,
        ranked.comparisons,
        ranked.wins as published_wins,
        ranked.win_rate as published_win_rate,
        ranked.rank as published_rank,
        model_win_rates.wins as corrected_wins,
        model_win_rates.overall_win_rate as corrected_win_rate,
        model_win_rates.rank as corrected_rank
    from ranked
    inner join model_win_rates
        on
            ranked.source = model_win_rates.source
            and ranked.model = model_win_rates.model
            and model_win_rates.basis = 'frontier_distance'
            and model_win_rates.coverage = 'all'
)

select * from final
