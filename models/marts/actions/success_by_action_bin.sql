-- Grain: one row per source, model and bin of action counts.
with

action_bins as (
    select * from {{ ref('int_action_bins') }}
),

bin_positions as (
    select
        source,
        model,
        action_bin,
        action_count,
        value_count,
        success_count,
        sum(value_count) over (
            partition by source, model, action_bin
            order by action_count
        ) as cumulative_count,
        sum(value_count) over (
            partition by source, model, action_bin
        ) as bin_count
    from action_bins
),

bins as (
    select
        source,
        model,
        action_bin,
        cast(max(bin_count) as bigint) as attempt_count,
        {{ median_of_counts(
            'action_count', 'cumulative_count', 'bin_count'
        ) }} as median_action_count,
        sum(success_count) * 1e0 / max(bin_count) as success_rate
    from bin_positions
    group by source, model, action_bin
),

kept_bins as (
    select
        *,
        count(*) over (partition by source, model) as bin_count
    from bins
    where attempt_count >= {{ var('min_attempts_per_bin') }}
),

final as (
    select
        source,
        model,
        action_bin,
        attempt_count,
        median_action_count,
        success_rate
    from kept_bins
    where bin_count >= {{ var('min_bins_per_model') }}
)

select * from final
