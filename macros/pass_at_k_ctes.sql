{#- CTEs that end in `pass_at_k` (group_id, k, value): the mean over a group's tasks of
    the probability that at least one of k attempts, drawn from those at the task,
    succeeds: 1 - C(n - c, k) / C(n, k). They read the CTEs `wanted` (group_id, k) and
    `task_outcomes` (group_id, task_id, attempt_count, success_count). A task with fewer
    than k attempts does not count. -#}
{% macro pass_at_k_ctes(most_k=1000) -%}
draw_numbers as (
    {{ number_series(0, most_k - 1) }}
),

wanted_tasks as (
    select
        wanted.group_id,
        wanted.k,
        task_outcomes.task_id,
        task_outcomes.attempt_count,
        task_outcomes.attempt_count - task_outcomes.success_count
            as failure_count
    from wanted
    inner join task_outcomes
        on
            wanted.group_id = task_outcomes.group_id
            and wanted.k <= task_outcomes.attempt_count
),

-- The probability that all k drawn attempts are failures, as a product.
failed_draws as (
    select
        wanted_tasks.group_id,
        wanted_tasks.k,
        wanted_tasks.task_id,
        case
            when min(wanted_tasks.failure_count) < wanted_tasks.k then 0e0
            else exp({{ in_order(
                'sum',
                'ln(greatest(wanted_tasks.failure_count'
                ~ ' - draw_numbers.number, 1) * 1e0'
                ~ ' / (wanted_tasks.attempt_count - draw_numbers.number))'
            ) }})
        end as all_fail
    from wanted_tasks
    inner join draw_numbers
        on wanted_tasks.k > draw_numbers.number
    group by wanted_tasks.group_id, wanted_tasks.k, wanted_tasks.task_id
),

pass_at_k as (
    select
        group_id,
        k,
        {{ exact_mean('round(1 - all_fail, 15)') }} as value
    from failed_draws
    where k <= {{ most_k }}
    group by group_id, k
)
{%- endmacro %}
