-- Grain: one row per success rule, population, source, grain of comparison
-- (`task` or `task_model`) and pair: its delta. A cluster is the tasks of a
-- family, which vary together, or a task without siblings. Its key, which the
-- draws hash, is null where the summary is not drawn.
with

task_action_deltas as (
    select * from {{ ref('task_action_deltas') }}
),

tasks as (
    select * from {{ ref('tasks') }}
),

task_model_action_deltas as (
    select * from {{ ref('task_model_action_deltas') }}
),

deltas as (
    select
        success_rule,
        population,
        source,
        'task' as grain,
        benchmark,
        task_id,
        action_delta
    from task_action_deltas
    union all
    select
        success_rule,
        population,
        source,
        'task_model' as grain,
        benchmark,
        task_id,
        action_delta
    from task_model_action_deltas
),

compared_tasks as (
    select distinct
        source,
        benchmark,
        task_id
    from deltas
),

task_clusters as (
    select
        source,
        benchmark,
        task_id,
        source || ':' || {{ escaped('benchmark', ':') }}
        || coalesce(':family:' || tasks.task_family, ':task:' || task_id)
            as cluster_key
    from compared_tasks
    left join tasks using (source, benchmark, task_id)
),

-- Many pairs are of one task, and numbers group and join faster than names.
numbered_tasks as (
    select
        *,
        dense_rank() over (order by cluster_key) as cluster_number
    from task_clusters
),

pairs as (
    select
        deltas.success_rule,
        deltas.population,
        source,
        deltas.grain,
        deltas.action_delta,
        numbered_tasks.cluster_key,
        numbered_tasks.cluster_number
    from deltas
    inner join numbered_tasks using (source, benchmark, task_id)
),

summaries as (
    select
        success_rule,
        population,
        source,
        grain,
        count(distinct cluster_number) as cluster_count,
        row_number() over (
            order by success_rule, population, source, grain
        ) as summary_number
    from pairs
    group by success_rule, population, source, grain
),

drawn as (
    select
        *,
        cluster_count
        between {{ var('bootstrap_min_clusters') }}
        and {{ var('bootstrap_max_tasks') }} as is_drawn
    from summaries
),

final as (
    select
        success_rule,
        population,
        source,
        grain,
        drawn.summary_number,
        drawn.cluster_count,
        drawn.is_drawn,
        pairs.cluster_number,
        case when drawn.is_drawn then pairs.cluster_key end as cluster_key,
        pairs.action_delta
    from pairs
    inner join drawn using (success_rule, population, source, grain)
)

select * from final
