-- Grain: one row per success rule, population, source, grain of comparison
-- (`task` or `task_model`) and pair: its delta.
-- Numbers group and join faster than names do.
with

task_action_deltas as (
    select * from {{ ref('task_action_deltas') }}
),

task_model_action_deltas as (
    select * from {{ ref('task_model_action_deltas') }}
),

pairs as (
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

summaries as (
    select
        success_rule,
        population,
        source,
        grain,
        count(distinct {{ escaped('benchmark', '/') }} || '/' || task_id)
            as task_count,
        row_number() over (
            order by success_rule, population, source, grain
        ) as summary_number
    from pairs
    group by success_rule, population, source, grain
),

tasks as (
    select
        source,
        benchmark,
        task_id,
        row_number() over (order by source, benchmark, task_id) as task_number,
        source
        || ':' || {{ escaped('benchmark', ':') }}
        || ':' || task_id
            as task_key
    from pairs
    group by source, benchmark, task_id
),

final as (
    select
        success_rule,
        population,
        source,
        grain,
        summaries.summary_number,
        summaries.task_count,
        tasks.task_number,
        tasks.task_key,
        pairs.action_delta
    from pairs
    inner join summaries using (success_rule, population, source, grain)
    inner join tasks using (source, benchmark, task_id)
)

select * from final
