-- Grain: one row per source, benchmark and model.
-- The published frontier-distance table, including its bug: each model's
-- distance is looked up without the benchmark, so that of its alphabetically
-- first benchmark is used for every one. The correct values are in
-- benchmark_win_rates.
with

comparison_values as (
    select * from {{ ref('comparison_values') }}
    where repeats = 'best'
),

distances as (
    select
        source,
        benchmark,
        model,
        value as distance
    from comparison_values
    where basis = 'frontier_distance'
),

first_distances as (
    select
        source,
        model,
        min_by(distance, benchmark) as distance
    from distances
    group by source, model
),

looked_up as (
    select
        source,
        distances.benchmark,
        model,
        first_distances.distance
    from distances
    inner join first_distances using (source, model)
),

-- A model beats those that are farther away.
ranked as (
    select
        source,
        benchmark,
        model,
        rank() over (
            partition by source, benchmark
            order by distance desc
        ) as distance_rank,
        count(*) over (partition by source, benchmark) as model_count
    from looked_up
),

counts as (
    select
        *,
        distance_rank - 1 as wins,
        model_count - 1 as comparisons
    from ranked
),

final as (
    select
        source,
        benchmark,
        model,
        wins,
        comparisons,
        wins * 1e0 / nullif(comparisons, 0) as win_rate
    from counts
)

select * from final
