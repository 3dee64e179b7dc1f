{#- The CTEs that draw the tasks in `evaluation_groups` (source, benchmark,
    evaluation_id, task_group, attempt_count, score_sum) again in each of
    `replicates`, the same for all evaluations of a benchmark, up to `own_means`
    (evaluation_id, own_mean) and `task_moves` (evaluation_id, replicate,
    accuracy_change). One task alone says nothing of how far the mean could be off,
    so an evaluation with one is in neither. -#}
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

own_means as (
    select
        evaluation_id,
        {{ exact_sum('score_sum', 12) }} / sum(attempt_count) as own_mean
    from evaluation_groups
    group by evaluation_id
    having count(*) > 1
),

task_moves as (
    select
        evaluation_id,
        drawn_means.replicate,
        drawn_means.drawn_mean - own_means.own_mean as accuracy_change
    from own_means
    inner join drawn_means using (evaluation_id)
),
{%- endmacro %}
