-- Grain: one row per source, benchmark and task.
-- Human attempts are reference data: they make a task known, but no statistic.
with

attempts as (
    select * from {{ ref('attempts') }}
),

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

success_rates as (
    select
        source,
        benchmark,
        task_id,
        avg(cast(is_success as integer)) as success_rate
    from attempt_successes
    where
        success_rule = 'any_credit'
        and population <> 'human'
    group by source, benchmark, task_id
),

task_attempts as (
    select
        source,
        benchmark,
        task_id,
        min(task_family) as task_family,
        -- Constant within a task; data_findings says where it is not.
        min(human_minutes) as human_minutes,
        count(*) filter (where population <> 'human') as attempt_count,
        count(distinct agent) filter (where population <> 'human')
            as agent_count,
        {{ exact_mean("case when population <> 'human' then score end") }}
            as mean_score,
        min(score) filter (where population <> 'human') as min_score,
        max(score) filter (where population <> 'human') as max_score,
        count(distinct score) filter (where population <> 'human')
            as unique_score_count,
        count(*) filter (
            where population <> 'human' and outcome = 'partial'
        ) as partial_count,
        avg(action_count) filter (where population <> 'human')
            as mean_action_count,
        median(action_count) filter (where population <> 'human')
            as median_action_count
    from attempts
    group by source, benchmark, task_id
),

final as (
    select
        task_attempts.source,
        task_attempts.benchmark,
        task_attempts.task_id,
        task_attempts.task_family,
        task_attempts.human_minutes,
        task_attempts.attempt_count,
        task_attempts.agent_count,
        task_attempts.mean_score,
        task_attempts.min_score,
        task_attempts.max_score,
        task_attempts.unique_score_count,
        task_attempts.partial_count,
        case
            when task_attempts.min_score is null then null
            when task_attempts.partial_count > 0 then 'partial'
            when task_attempts.min_score < task_attempts.max_score
                then 'binary'
            else 'constant'
        end as scoring,
        task_attempts.mean_action_count,
        task_attempts.median_action_count,
        success_rates.success_rate
    from task_attempts
    left join success_rates using (source, benchmark, task_id)
)

select * from final
