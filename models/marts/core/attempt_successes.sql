-- Grain: one row per attempt and success rule that can judge it.
-- The attempt's own columns come along, so that no mart has to join them back.
-- Attempts are read once for each kind of rule: a CTE that is read twice is
-- kept in memory.
{%- set attempts = ref('attempts') %}
with

success_rules as (
    select * from {{ ref('success_rules') }}
),

judged_by_score as (
    select
        attempts.attempt_id,
        success_rules.success_rule,
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
            when success_rules.is_min_included
                then attempts.score >= success_rules.min_score
            else attempts.score > success_rules.min_score
        end as is_success
    from {{ attempts }} as attempts
    cross join success_rules
    where attempts.score is not null
),

judged_by_source as (
    select
        attempt_id,
        'reported' as success_rule,
        source,
        benchmark,
        evaluation_id,
        task_family,
        task_id,
        agent,
        agent_label,
        model,
        population,
        score,
        action_count,
        human_minutes,
        is_reported_success as is_success
    from {{ attempts }}
    where
        is_reported_success is not null
        and score is not null
),

-- An attempt that ended in an error, or without a score, has solved nothing.
judged_with_errors as (
    select
        attempt_id,
        'resolved' as success_rule,
        source,
        benchmark,
        evaluation_id,
        task_family,
        task_id,
        agent,
        agent_label,
        model,
        population,
        score,
        action_count,
        human_minutes,
        coalesce(score >= 1, false) as is_success
    from {{ attempts }}
),

judged as (
    select * from judged_by_score
    union all
    select * from judged_by_source
    union all
    select * from judged_with_errors
),

final as (
    select
        attempt_id,
        success_rule,
        source,
        benchmark,
        evaluation_id,
        task_family,
        task_id,
        agent,
        agent_label,
        model,
        population,
        score,
        action_count,
        human_minutes,
        is_success
    from judged
)

{{ with_headline('final', ['attempt_id'], ['success_rule'], is_each=false) }}
