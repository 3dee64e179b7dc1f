-- Grain: one row per repeats, source, benchmark and model: its best scaffold
-- there, judged by its best evaluation or by the mean of all.
with

leaderboard_cells as (
    select * from {{ ref('int_leaderboard_cells') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by repeats, source, benchmark, model
            order by
                is_partial asc,
                accuracy desc,
                total_cost_usd asc nulls last,
                mean_latency_seconds asc nulls last,
                evaluation_id asc nulls last,
                scaffold asc
        ) as accuracy_rank
    from leaderboard_cells
),

final as (
    select
        repeats,
        source,
        benchmark,
        model,
        evaluation_id,
        evaluation_count,
        scaffold,
        accuracy,
        total_cost_usd,
        mean_latency_seconds
    from ranked
    where accuracy_rank = 1
)

{{ with_headline(
    'final', ['source', 'benchmark', 'model'], ['repeats']
) }}
