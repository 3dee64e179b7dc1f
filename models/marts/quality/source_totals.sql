-- Grain: one row per source with an evaluation.
-- Counts evaluations separately: one may have no attempts, such as a HAL trace
-- that names no task.
with

attempts as (
    select * from {{ ref('attempts') }}
),

evaluations as (
    select * from {{ ref('evaluations') }}
),

tasks as (
    select * from {{ ref('tasks') }}
),

evaluation_totals as (
    select
        source,
        count(*) as evaluation_count,
        count(*) filter (where is_excluded) as excluded_evaluation_count,
        count(distinct benchmark) as benchmark_count,
        count(distinct agent) as agent_count,
        count(distinct model) as model_count
    from evaluations
    group by source
),

attempt_totals as (
    select
        source,
        count(*) as attempt_count,
        count(action_count) as action_counted_count,
        count(*) filter (where population = 'safety') as safety_count,
        count(*) filter (where population = 'human') as human_count
    from attempts
    group by source
),

{{ task_total_ctes('tasks') }},

final as (
    select
        source,
        coalesce(attempt_totals.attempt_count, 0) as attempt_count,
        coalesce(attempt_totals.action_counted_count, 0)
            as action_counted_count,
        coalesce(attempt_totals.safety_count, 0) as safety_count,
        coalesce(attempt_totals.human_count, 0) as human_count,
        coalesce(task_totals.task_count, 0) as task_count,
        -- Null, not zero: the source has no such thing.
        family_totals.task_family_count,
        evaluation_totals.evaluation_count,
        evaluation_totals.excluded_evaluation_count,
        evaluation_totals.benchmark_count,
        evaluation_totals.agent_count,
        evaluation_totals.model_count
    from evaluation_totals
    left join attempt_totals using (source)
    left join task_totals using (source)
    left join family_totals using (source)
)

select * from final
