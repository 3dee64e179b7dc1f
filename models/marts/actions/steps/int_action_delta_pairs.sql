-- Grain: one row per success rule, population, source, grain of comparison
-- (`task` or `task_model`) and pair: its delta. A cluster is the tasks of a
-- family, which vary together, or a task without siblings. Numbers group and
-- join faster than names.
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

pairs as (
    select
        deltas.success_rule,
        deltas.population,
        source,
        deltas.grain,
        deltas.action_delta,
        {{ escaped('benchmark', ':') }} || ':' || task_id as task_key,
        source || ':' || {{ escaped('benchmark', ':') }}
        || coalesce(':family:' || tasks.task_family, ':task:' || task_id)
            as cluster_key
    from deltas
    left join tasks using (source, benchmark, task_id)
),

summaries as (
    select
        success_rule,
        population,
        source,
        grain,
        count(distinct cluster_key) as cluster_count,
        row_number() over (
            order by success_rule, population, source, grain
        ) as summary_number
    from pairs
    group by success_rule, population, source, grain
),

clusters as (
    select
        cluster_key,
        row_number() over (order by cluster_key) as cluster_number
    from pairs
    group by cluster_key
),

final as (
    select
        success_rule,
        population,
        source,
        grain,
        summaries.summary_number,
        summaries.cluster_count,
        summaries.cluster_count
        between {{ var('bootstrap_min_clusters') }}
        and {{ var('bootstrap_max_tasks') }} as is_drawn,
        clusters.cluster_number,
        cluster_key,
        pairs.task_key,
        pairs.action_delta
    from pairs
    inner join summaries using (success_rule, population, source, grain)
    inner join clusters using (cluster_key)
)

select * from final
