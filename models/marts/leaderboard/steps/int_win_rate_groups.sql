-- Grain: one row per evaluation that is compared, and group of its tasks: the
-- tasks of a group are drawn together.
{%- set most_groups = 200 %}
with

repeated_evaluations as (
    select * from {{ ref('int_repeated_evaluations') }}
    where is_drawn
),

attempts as (
    select * from {{ ref('attempts') }}
    where score is not null
),

drawn_evaluations as (
    select distinct
        source,
        benchmark,
        evaluation_id
    from repeated_evaluations
),

-- Siblings are drawn together. Very many tasks are drawn as 200 groups, so that
-- the cost does not grow with their number.
scored_tasks as (
    select
        drawn_evaluations.source,
        drawn_evaluations.benchmark,
        evaluation_id,
        {{ task_cluster('attempts') }} as task_cluster,
        count(*) as attempt_count,
        {{ exact_sum('attempts.score', 18) }} as score_sum
    from drawn_evaluations
    inner join attempts using (evaluation_id)
    group by
        drawn_evaluations.source,
        drawn_evaluations.benchmark,
        evaluation_id,
        {{ task_cluster('attempts') }}
),

benchmark_tasks as (
    select
        source,
        benchmark,
        task_cluster,
        count(*) over (partition by source, benchmark) as cluster_count
    from scored_tasks
    group by source, benchmark, task_cluster
),

task_groups as (
    select
        source,
        benchmark,
        task_cluster,
        case
            when cluster_count <= {{ most_groups }} then task_cluster
            else
                'group:' || cast(
                    {{ hash_number("task_cluster") }} % {{ most_groups }}
                    as string
                )
        end as task_group
    from benchmark_tasks
),

final as (
    select
        source,
        benchmark,
        scored_tasks.evaluation_id,
        task_groups.task_group,
        cast(sum(scored_tasks.attempt_count) as bigint) as attempt_count,
        {{ exact_sum('scored_tasks.score_sum', 18) }} as score_sum
    from scored_tasks
    inner join task_groups using (source, benchmark, task_cluster)
    group by
        source, benchmark, scored_tasks.evaluation_id, task_groups.task_group
)

select * from final
