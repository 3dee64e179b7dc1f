-- Grain: one row per source and action count that could be a limit.
-- With a limit on actions, unusually many attempts would end at a round number.
with

action_count_frequencies as (
    select * from {{ ref('action_count_frequencies') }}
),

suspected_limits as (
    {%- for limit in var('suspected_action_limits') %}
    select cast({{ limit }} as bigint) as action_count
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

sources as (
    select distinct source from action_count_frequencies
),

limit_counts as (
    select
        sources.source,
        suspected_limits.action_count,
        cast(
            coalesce(
                sum(action_count_frequencies.attempt_count) filter (
                    where
                    action_count_frequencies.action_count
                    = suspected_limits.action_count
                ),
                0
            ) as bigint
        ) as attempt_count,
        cast(
            coalesce(
                sum(action_count_frequencies.attempt_count) filter (
                    where
                    action_count_frequencies.action_count
                    <> suspected_limits.action_count
                ),
                0
            ) as bigint
        ) as neighbour_count,
        max(action_count_frequencies.success_rate) filter (
            where
            action_count_frequencies.action_count
            = suspected_limits.action_count
        ) as success_rate
    from sources
    cross join suspected_limits
    left join action_count_frequencies
        on
            sources.source = action_count_frequencies.source
            and action_count_frequencies.action_count
            between suspected_limits.action_count
            - {{ var('action_limit_neighbours') }}
            and suspected_limits.action_count
            + {{ var('action_limit_neighbours') }}
    group by sources.source, suspected_limits.action_count
),

final as (
    select
        source,
        action_count,
        attempt_count,
        neighbour_count,
        success_rate,
        attempt_count
        / nullif(
            neighbour_count / (2e0 * {{ var('action_limit_neighbours') }}), 0
        ) as spike_ratio
    from limit_counts
)

select * from final
