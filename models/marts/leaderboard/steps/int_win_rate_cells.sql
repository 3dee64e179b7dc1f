-- Grain: one row per repeats, basis, source, benchmark, scaffold and model that
-- is compared by accuracy, with the scaffold that it ran.
with

leaderboard_cells as (
    select * from {{ ref('int_leaderboard_cells') }}
),

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
),

final as (
    select
        repeats,
        'max_accuracy' as basis,
        source,
        benchmark,
        '*' as scaffold,
        model,
        scaffold as own_scaffold,
        accuracy
    from best_evaluations
    union all
    select
        repeats,
        'scaffold' as basis,
        source,
        benchmark,
        scaffold,
        model,
        scaffold as own_scaffold,
        accuracy
    from leaderboard_cells
)

select * from final
