-- Grain: one row per basis, source, coverage and model: between which ends its
-- win rate lies when the tasks of each benchmark are drawn again.
with

cells as (
    select * from {{ ref('int_win_rate_cells') }}
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

known_models as (
    select
        basis,
        source,
        covered_cells.coverage,
        model
    from covered_cells
    inner join cells using (basis, source, benchmark, scaffold, model)
    left join own_means using (evaluation_id)
    where covered_cells.comparisons > 0
    group by basis, source, covered_cells.coverage, model
    having count(*) = count(own_means.own_mean)
),

-- A reported accuracy moves by as much as the mean of its tasks does; that of
-- an opponent without outcomes stays.
drawn_values as (
    select
        cells.basis,
        cells.source,
        cells.benchmark,
        cells.scaffold,
        cells.model,
        replicates.number as replicate,
        round(
            cells.accuracy
            + coalesce(drawn_means.drawn_mean - own_means.own_mean, 0e0),
            12
        ) as value
    from cells
    cross join replicates
    left join own_means
        on cells.evaluation_id = own_means.evaluation_id
    left join drawn_means
        on
            own_means.evaluation_id = drawn_means.evaluation_id
            and replicates.number = drawn_means.replicate
),

drawn_wins as (
    select
        basis,
        source,
        benchmark,
        scaffold,
        model,
        replicate,
        rank()
            over (
                partition by basis, source, benchmark, scaffold, replicate
                order by value
            )
        - 1 as wins,
        count(*)
            over (
                partition by basis, source, benchmark, scaffold, replicate
            )
        - 1 as comparisons
    from drawn_values
),

drawn_win_rates as (
    select
        basis,
        source,
        covered_cells.coverage,
        model,
        drawn_wins.replicate,
        sum(drawn_wins.wins) * 1e0 / sum(drawn_wins.comparisons) as win_rate
    from covered_cells
    inner join known_models using (basis, source, coverage, model)
    inner join drawn_wins using (basis, source, benchmark, scaffold, model)
    group by
        basis, source, covered_cells.coverage, model, drawn_wins.replicate
    having sum(drawn_wins.comparisons) > 0
),

final as (
    select
        basis,
        source,
        coverage,
        model,
        {{ quantile_cont('win_rate', 0.025) }} as ci_low,
        {{ quantile_cont('win_rate', 0.975) }} as ci_high
    from drawn_win_rates
    group by basis, source, coverage, model
)

select * from final
