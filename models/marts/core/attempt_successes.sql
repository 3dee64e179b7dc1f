-- Grain: one row per attempt and success rule that can judge it.
-- It has the attempt's columns too, so that no mart has to join them.
with

attempts as (
    select * from {{ ref('attempts') }}
),

success_rules as (
    select * from {{ ref('success_rules') }}
),

-- By score; `reported` is the source's own verdict; `resolved` counts an
-- attempt that ended in an error, or without a score, as a failure.
rules as (
    select
        success_rule,
        min_score,
        is_min_included
    from success_rules
    union all
    select
        'reported' as success_rule,
        cast(null as double) as min_score,
        cast(null as boolean) as is_min_included
    union all
    select
        'resolved' as success_rule,
        1e0 as min_score,
        true as is_min_included
),

judged as (
    select
        attempts.attempt_id,
        rules.success_rule,
        attempts.source,
        attempts.benchmark,
        attempts.evaluation_id,
        attempts.task_family,
        attempts.task_id,
        attempts.agent,
        attempts.agent_label,
        attempts.model,
        attempts.population,
        attempts.score,
        attempts.action_count,
        attempts.human_minutes,
        case
            when rules.success_rule = 'reported'
                then attempts.is_reported_success
            when rules.is_min_included
                then coalesce(attempts.score >= rules.min_score, false)
            else attempts.score > rules.min_score
        end as is_success
    from attempts
    cross join rules
    where attempts.score is not null or rules.success_rule = 'resolved'
),

final as (
    select * from judged
    where is_success is not null
)

{{ with_headline('final', ['attempt_id'], ['success_rule'], is_each=false) }}
