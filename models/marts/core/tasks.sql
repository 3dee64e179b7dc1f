-- Grain: one row per source, benchmark and task.
-- Human attempts are reference data, and perturbed ones do not measure the
-- task: such tasks have a row, but no statistics.
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
        and {{ is_undisturbed_agent() }}
    group by source, benchmark, task_id
),

measured_attempts as (
    select
        *,
        {{ is_undisturbed_agent() }} as is_measured
    from attempts
),

task_attempts as (
    select
        source,
        benchmark,
        task_id,
        min(task_family) as task_family,
        -- Constant within a task; otherwise it is a finding.
        min(human_minutes) as human_minutes,
        count(*) filter (where is_measured) as attempt_count,
        count(distinct agent) filter (where is_measured)
            as agent_count,
        {{ exact_mean("case when is_measured then score end") }}
            as mean_score,
        min(score) filter (where is_measured) as min_score,
        max(score) filter (where is_measured) as max_score,
        count(distinct score) filter (where is_measured)
            as unique_score_count,
        count(*) filter (
            where is_measured and outcome = 'partial'
        ) as partial_count,
        avg(action_count) filter (where is_measured)
            as mean_action_count,
        median(action_count) filter (where is_measured)
            as median_action_count
    from measured_attempts
    group by source, benchmark, task_id
),

final as (
    select
        source,
        benchmark,
        task_id,
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
