-- Grain: one row per source and agent with enough failures.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

failure_counts as (
    select
        source,
        agent,
        min(model) as first_model,
        max(model) as last_model,
        action_count,
        count(*) as value_count,
        sum(count(*)) over (
            partition by source, agent
            order by action_count
        ) as cumulative_count,
        sum(count(*)) over (partition by source, agent) as failure_count
    from attempt_successes
    where
        success_rule = 'any_credit'
        and not is_success
        and population = 'capability'
        and action_count is not null
    group by source, agent, action_count
),

profiles as (
    select
        source,
        agent,
        case when min(first_model) = max(last_model) then min(first_model) end
            as model,
        cast(max(failure_count) as bigint) as failure_count,
        {{ median_of_counts(
            'action_count', 'cumulative_count', 'failure_count'
        ) }} as median_action_count,
        sum(action_count * value_count) * 1e0 / max(failure_count)
            as mean_action_count,
        -- Nearest rank, polars' default: the value at the position (from zero)
        -- nearest to (n - 1) * q; halves round up.
        min(action_count) filter (
            where
            cumulative_count > floor((failure_count - 1) * 0.9e0 + 0.5)
        ) as p90_action_count,
        min(action_count) filter (
            where
            cumulative_count > floor((failure_count - 1) * 0.95e0 + 0.5)
        ) as p95_action_count,
        max(action_count) as max_action_count
    from failure_counts
    group by source, agent
),

final as (
    select
        source,
        agent,
        model,
        failure_count,
        median_action_count,
        mean_action_count,
        p90_action_count,
        p95_action_count,
        max_action_count,
        p95_action_count / greatest(median_action_count, 1) as grind_ratio
    from profiles
    where failure_count >= {{ var('min_failures_per_agent') }}
)

select * from final
