-- Grain: one row per attempt: one try of one agent at one task.
with

attempts as (
    select * from {{ ref('int_attempts_unioned') }}
),

repeated_attempts as (
    select * from {{ ref('int_attempts_repeated') }}
),

evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

resolved_facts as (
    select * from {{ ref('int_task_facts_resolved') }}
),

task_facts as (
    select * from {{ ref('task_facts') }}
),

final as (
    select
        attempts.attempt_id,
        attempts.source,
        attempts.benchmark,
        attempts.evaluation_id,
        -- Values from the task's runs take precedence over the seed.
        coalesce(
            resolved_facts.task_family,
            attempts.task_family,
            task_facts.task_family
        ) as task_family,
        attempts.task_id,
        attempts.agent,
        evaluations.agent_label,
        evaluations.scaffold,
        evaluations.model,
        evaluations.population,
        attempts.score,
        attempts.status,
        case
            when attempts.score = 0 then 'fail'
            when attempts.score = 1 then 'full'
            when attempts.score is not null then 'partial'
        end as outcome,
        attempts.is_reported_success,
        attempts.action_count,
        coalesce(
            attempts.human_minutes,
            resolved_facts.human_minutes,
            task_facts.human_minutes
        ) as human_minutes,
        attempts.latency_seconds,
        attempts.input_tokens,
        attempts.output_tokens,
        attempts.cache_read_tokens,
        attempts.cache_write_tokens,
        attempts.reasoning_tokens,
        coalesce(
            attempts.total_tokens,
            attempts.input_tokens + attempts.output_tokens
        ) as total_tokens,
        attempts.cost_usd,
        attempts.started_at,
        row_number() over (
            partition by
                attempts.source,
                attempts.benchmark,
                attempts.agent,
                attempts.task_id
            order by
                attempts.started_at asc nulls last,
                attempts.attempt_id asc
        ) as attempt_number,
        attempts.attributes,
        attempts.file_id
    from attempts
    inner join evaluations
        on attempts.evaluation_id = evaluations.evaluation_id
    left join repeated_attempts
        on attempts.attempt_id = repeated_attempts.attempt_id
    left join resolved_facts
        on
            attempts.source = resolved_facts.source
            and attempts.benchmark = resolved_facts.benchmark
            and attempts.task_id = resolved_facts.task_id
    left join task_facts
        on
            attempts.source = task_facts.source
            and attempts.benchmark = task_facts.benchmark
            and attempts.task_id = task_facts.task_id
    where
        repeated_attempts.attempt_id is null
        or attempts.file_id = repeated_attempts.kept_file_id
)

select * from final
