-- Grain: one row per attempt id that more than one file holds.
-- The loader resolves repeats inside a file; between files only the warehouse
-- can see them.
with

attempts as (
    select * from {{ ref('int_attempts_unioned') }}
),

repeated_ids as (
    select attempt_id
    from attempts
    group by attempt_id
    having count(*) > 1
),

repeated_attempts as (
    select attempts.*
    from attempts
    inner join repeated_ids
        on attempts.attempt_id = repeated_ids.attempt_id
),

compared as (
    select
        attempt_id,
        source,
        count(*) as record_count,
        min(file_id) as first_file_id,
        -- Null and a value differ too, so null is compared as empty text.
        {%- for column in [
            'task_family',
            'task_id',
            'agent',
            'score',
            'status',
            'action_count',
            'human_minutes',
            'latency_seconds',
            'is_reported_success',
            'started_at',
        ] %}
        {{ 'or ' if not loop.first }}count(
            distinct coalesce(cast({{ column }} as string), '')
        ) > 1
        {%- endfor %}
            as is_conflicting
    from repeated_attempts
    group by attempt_id, source
),

final as (
    select
        attempt_id,
        source,
        record_count,
        is_conflicting,
        -- Equal copies: one is kept. Conflicting ones: none, since nothing
        -- says which is right; data_findings names them.
        case when not is_conflicting then first_file_id end as kept_file_id
    from compared
)

select * from final
