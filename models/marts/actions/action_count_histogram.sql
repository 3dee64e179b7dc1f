-- Grain: one row per source and bin of `action_count_bins`, including empty
-- ones.
with

action_count_frequencies as (
    select * from {{ ref('action_count_frequencies') }}
),

action_count_bins as (
    select * from {{ ref('action_count_bins') }}
),

sources as (
    select distinct source from action_count_frequencies
),

final as (
    select
        sources.source,
        bins.action_count_bin,
        bins.min_action_count,
        bins.max_action_count,
        cast(coalesce(sum(frequencies.attempt_count), 0) as bigint)
            as attempt_count
    from sources
    cross join action_count_bins as bins
    left join action_count_frequencies as frequencies
        on
            sources.source = frequencies.source
            and bins.min_action_count <= frequencies.action_count
            and (
                bins.max_action_count >= frequencies.action_count
                or bins.max_action_count is null
            )
    group by
        sources.source,
        bins.action_count_bin,
        bins.min_action_count,
        bins.max_action_count
)

select * from final
