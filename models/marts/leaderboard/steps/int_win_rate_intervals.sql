-- Grain: one row per repeats, basis, source, coverage and model: between which
-- ends its win rate lies when the tasks of each benchmark are drawn again.
with

cells as (
    select * from {{ ref('int_win_rate_cells') }}
),

repeated_evaluations as (
    select * from {{ ref('int_repeated_evaluations') }}
),

covered_cells as (
    select * from {{ ref('int_win_rate_coverage') }}
),

evaluation_groups as (
    select * from {{ ref('int_win_rate_groups') }}
),

replicates as (
    {{ number_series('1', var('win_rate_replicates')) }}
),

drawn_groups as (
    select distinct
        source,
        benchmark,
        task_group
    from evaluation_groups
),

group_draws as (
    select
        drawn_groups.source,
        drawn_groups.benchmark,
        drawn_groups.task_group,
        replicates.number as replicate,
        {{ bootstrap_weight(
            'replicates.number',
            "drawn_groups.source || ':' || drawn_groups.benchmark || ':'"
            " || drawn_groups.task_group"
        ) }} as weight
    from drawn_groups
    cross join replicates
),

drawn_means as (
    select
        evaluation_groups.evaluation_id,
        group_draws.replicate,
        {{ exact_sum(
            'group_draws.weight * evaluation_groups.score_sum', 12
        ) }}
        / nullif(sum(group_draws.weight * evaluation_groups.attempt_count), 0)
            as drawn_mean
    from evaluation_groups
    inner join group_draws using (source, benchmark, task_group)
    where group_draws.weight > 0
    group by evaluation_groups.evaluation_id, group_draws.replicate
),

-- One task alone says nothing of how far the mean could be off.
own_means as (
    select
        evaluation_id,
        {{ exact_sum('score_sum', 12) }} / sum(attempt_count) as own_mean
    from evaluation_groups
    group by evaluation_id
    having count(*) > 1
),

cell_means as (
    select
        repeated_evaluations.repeats,
        repeated_evaluations.source,
        repeated_evaluations.benchmark,
        repeated_evaluations.scaffold as own_scaffold,
        repeated_evaluations.model,
        count(*) as evaluation_count,
        count(*) = count(own_means.own_mean) as is_known
    from repeated_evaluations
    left join own_means using (evaluation_id)
    group by
        repeated_evaluations.repeats,
        repeated_evaluations.source,
        repeated_evaluations.benchmark,
        repeated_evaluations.scaffold,
        repeated_evaluations.model
),

known_models as (
    select
        repeats,
        basis,
        source,
        covered_cells.coverage,
        model
    from covered_cells
    inner join cells using (repeats, basis, source, benchmark, scaffold, model)
    inner join cell_means
        using (repeats, source, benchmark, own_scaffold, model)
    where covered_cells.comparisons > 0
    group by repeats, basis, source, covered_cells.coverage, model
    having count(*) = count(*) filter (where cell_means.is_known)
),

-- A reported accuracy moves by as much as the mean of its tasks does; that of
-- an opponent without outcomes stays.
drawn_moves as (
    select
        repeated_evaluations.repeats,
        repeated_evaluations.source,
        repeated_evaluations.benchmark,
        repeated_evaluations.scaffold as own_scaffold,
        repeated_evaluations.model,
        drawn_means.replicate,
        {{ exact_sum('drawn_means.drawn_mean - own_means.own_mean', 18) }}
            as move_sum
    from repeated_evaluations
    inner join own_means using (evaluation_id)
    inner join drawn_means using (evaluation_id)
    group by
        repeated_evaluations.repeats,
        repeated_evaluations.source,
        repeated_evaluations.benchmark,
        repeated_evaluations.scaffold,
        repeated_evaluations.model,
        drawn_means.replicate
),

drawn_values as (
    select
        cells.repeats,
        cells.basis,
        cells.source,
        cells.benchmark,
        cells.scaffold,
        cells.model,
        replicates.number as replicate,
        round(
            cells.accuracy
            + coalesce(
                drawn_moves.move_sum / cell_means.evaluation_count, 0e0
            ),
            12
        ) as value
    from cells
    cross join replicates
    inner join cell_means
        on
            cells.repeats = cell_means.repeats
            and cells.source = cell_means.source
            and cells.benchmark = cell_means.benchmark
            and cells.own_scaffold = cell_means.own_scaffold
            and cells.model = cell_means.model
    left join drawn_moves
        on
            cells.repeats = drawn_moves.repeats
            and cells.source = drawn_moves.source
            and cells.benchmark = drawn_moves.benchmark
            and cells.own_scaffold = drawn_moves.own_scaffold
            and cells.model = drawn_moves.model
            and replicates.number = drawn_moves.replicate
),

drawn_wins as (
    select
        repeats,
        basis,
        source,
        benchmark,
        scaffold,
        model,
        replicate,
        rank()
            over (
                partition by
                    repeats, basis, source, benchmark, scaffold, replicate
                order by value
            )
        - 1 as wins,
        count(*)
            over (
                partition by
                    repeats, basis, source, benchmark, scaffold, replicate
            )
        - 1 as comparisons
    from drawn_values
),

drawn_win_rates as (
    select
        repeats,
        basis,
        source,
        coverage,
        model,
        drawn_wins.replicate,
        sum(drawn_wins.wins) * 1e0 / sum(drawn_wins.comparisons) as win_rate
    from covered_cells
    inner join known_models using (repeats, basis, source, coverage, model)
    inner join drawn_wins
        using (repeats, basis, source, benchmark, scaffold, model)
    group by
        repeats,
        basis,
        source,
        coverage,
        model,
        drawn_wins.replicate
    having sum(drawn_wins.comparisons) > 0
),

final as (
    select
        repeats,
        basis,
        source,
        coverage,
        model,
        {{ quantile_cont('win_rate', 0.025) }} as ci_low,
        {{ quantile_cont('win_rate', 0.975) }} as ci_high
    from drawn_win_rates
    group by repeats, basis, source, coverage, model
)

select * from final
