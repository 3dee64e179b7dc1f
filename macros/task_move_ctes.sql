{#- CTEs that draw the tasks in `evaluation_groups` (source, benchmark, evaluation_id,
    task_group, attempt_count, score_sum) again for each of `replicates`, the same for
    all evaluations of a benchmark. The results are `own_means` (evaluation_id,
    group_size, own_mean) and `task_moves` (evaluation_id, replicate, accuracy_change).
    Each evaluation gets one more solved and one more failed group of tasks that no
    other has tried: otherwise an evaluation whose tasks all succeed would never move,
    nor would the difference between two that differ alike on all tasks. An evaluation
    with one task is left out, because one task does not show how far the mean could be
    off. -#}
{% macro task_move_ctes() -%}
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

drawn_sums as (
    select
        evaluation_groups.evaluation_id,
        group_draws.replicate,
        sum(group_draws.weight * evaluation_groups.attempt_count)
            as attempt_count,
        {{ exact_sum(
            'group_draws.weight * evaluation_groups.score_sum', 12
        ) }} as score_sum
    from evaluation_groups
    inner join group_draws using (source, benchmark, task_group)
    where group_draws.weight > 0
    group by evaluation_groups.evaluation_id, group_draws.replicate
),

group_sizes as (
    select
        evaluation_id,
        count(*) as group_count,
        sum(attempt_count) * 1e0 / count(*) as group_size,
        {{ exact_sum('score_sum', 12) }} as score_sum
    from evaluation_groups
    group by evaluation_id
    having count(*) > 1
),

own_means as (
    select
        evaluation_id,
        group_size,
        (score_sum + group_size) / (group_size * (group_count + 2e0))
            as own_mean
    from group_sizes
),

added_draws as (
    select
        own_means.evaluation_id,
        replicates.number as replicate,
        own_means.own_mean,
        own_means.group_size * {{ bootstrap_weight(
            'replicates.number', "'solved:' || own_means.evaluation_id"
        ) }} as solved_count,
        own_means.group_size * {{ bootstrap_weight(
            'replicates.number', "'failed:' || own_means.evaluation_id"
        ) }} as failed_count
    from own_means
    cross join replicates
),

-- A replicate that draws no task of an evaluation does not show how its mean
-- moves.
task_moves as (
    select
        evaluation_id,
        replicate,
        (coalesce(drawn_sums.score_sum, 0e0) + added_draws.solved_count)
        / nullif(
            coalesce(drawn_sums.attempt_count, 0)
            + added_draws.solved_count
            + added_draws.failed_count,
            0e0
        )
        - added_draws.own_mean as accuracy_change
    from added_draws
    left join drawn_sums using (evaluation_id, replicate)
),
{%- endmacro %}
