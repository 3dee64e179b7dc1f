-- Grain: one row per source and agent.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

final as (
    select
        source,
        agent,
        count(*) as attempt_count,
        {{ exact_mean('score') }} as mean_score,
        avg(action_count) as mean_action_count,
        avg(cast(is_success as integer)) as success_rate
    from attempt_successes
    where
        success_rule = 'half_credit'
        and {{ is_undisturbed_agent() }}
        and action_count is not null
    group by source, agent
)

select * from final
