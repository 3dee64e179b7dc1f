-- Grain: one row per repeats, basis, source, coverage and model: the interval
-- of its win rate when the tasks of each benchmark are redrawn.
{%- set cell = ['repeats', 'source', 'benchmark', 'own_scaffold', 'model'] %}
with

cells as (
    select * from {{ ref('int_win_rate_cells') }}
),

repeated_evaluations as (
    select
        *,
        scaffold as own_scaffold
    from {{ ref('int_repeated_evaluations') }}
),

covered_cells as (
    select * from {{ ref('int_win_rate_coverage') }}
),

evaluation_groups as (
    select * from {{ ref('int_win_rate_groups') }}
),

accuracy_draws as (
    select * from {{ ref('int_win_rate_accuracy_draws') }}
),

replicates as (
    {{ number_series('1', var('win_rate_replicates')) }}
),

{{ task_move_ctes() }}

moves as (
    select
        evaluation_id,
        replicate,
        accuracy_change
    from task_moves
    union all
    select
        evaluation_id,
        replicate,
        accuracy_change
    from accuracy_draws
),

moving_evaluations as (
    select
        evaluation_id,
        1 as from_tasks
    from own_means
    union all
    select
        evaluation_id,
        0 as from_tasks
    from accuracy_draws
    group by evaluation_id
),

cell_means as (
    select
        {{ cell | join(', ') }},
        count(*) as evaluation_count,
        count(moving_evaluations.evaluation_id) as moving_count,
        coalesce(sum(moving_evaluations.from_tasks), 0) as from_tasks_count
    from repeated_evaluations
    left join moving_evaluations
        on repeated_evaluations.evaluation_id = moving_evaluations.evaluation_id
    group by {{ cell | join(', ') }}
),

known_models as (
    select
        repeats,
        basis,
        source,
        covered_cells.coverage,
        model,
        case
            when sum(cell_means.from_tasks_count) = sum(cell_means.moving_count)
                then 'tasks'
            when sum(cell_means.from_tasks_count) = 0 then 'accuracy'
            else 'mixed'
        end as interval_basis
    from covered_cells
    inner join cells using (repeats, basis, source, benchmark, scaffold, model)
    inner join cell_means using ({{ cell | join(', ') }})
    where covered_cells.comparisons > 0
    group by repeats, basis, source, covered_cells.coverage, model
    having sum(cell_means.evaluation_count) = sum(cell_means.moving_count)
),

-- An accuracy changes by as much as the mean of its tasks. If neither the
-- outcomes nor the number of tasks of an opponent are known, its accuracy does
-- not change.
cell_moves as (
    select
        {{ cell | join(', ') }},
        moves.replicate,
        {{ exact_sum('moves.accuracy_change', 18) }} as move_sum
    from repeated_evaluations
    inner join moves using (evaluation_id)
    group by {{ cell | join(', ') }}, moves.replicate
),

-- Plus zero, because Sail ranks -0.0 below 0.0.
drawn_values as (
    select
        cells.{{ cell | join(', cells.') }},
        cells.basis,
        cells.scaffold,
        replicates.number as replicate,
        round(
            cells.accuracy
            + coalesce(cell_moves.move_sum / cell_means.evaluation_count, 0e0),
            12
        )
        + 0e0 as value
    from cells
    cross join replicates
    inner join cell_means
        on {{ same_keys('cells', 'cell_means', cell) }}
    left join cell_moves
        on
            {{ same_keys('cells', 'cell_moves', cell) }}
            and replicates.number = cell_moves.replicate
),

drawn_wins as (
    select
        *,
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
        known_models.interval_basis,
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
        known_models.interval_basis,
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
        interval_basis,
        {{ quantile_cont('win_rate', 0.025) }} as ci_low,
        {{ quantile_cont('win_rate', 0.975) }} as ci_high
    from drawn_win_rates
    group by repeats, basis, source, coverage, model, interval_basis
)

select * from final
