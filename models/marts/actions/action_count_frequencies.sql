-- Grain: one row per source and action count that occurs.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

final as (
    select
        source,
        action_count,
        count(*) as attempt_count,
        avg(cast(is_success as integer)) as success_rate
    from attempt_successes
    where
        success_rule = 'any_credit'
        and {{ is_undisturbed_agent() }}
        and action_count is not null
    group by source, action_count
)

select * from final
