-- Grain: one row per source and tenth of the score, including empty ones.
with

attempts as (
    select * from {{ ref('attempts') }}
),

score_frequencies as (
    select
        source,
        score,
        count(*) as attempt_count
    from attempts
    where
        {{ is_undisturbed_agent() }}
        and action_count is not null
        and score is not null
    group by source, score
),

sources as (
    select distinct source from score_frequencies
),

tenths as (
    {{ number_series('0', '9') }}
),

bins as (
    select
        sources.source,
        tenths.number / 10e0 as min_score,
        (tenths.number + 1) / 10e0 as max_score,
        tenths.number = 9 as is_max_included
    from sources
    cross join tenths
),

final as (
    select
        bins.source,
        bins.min_score,
        bins.max_score,
        cast(coalesce(sum(score_frequencies.attempt_count), 0) as bigint)
            as attempt_count
    from bins
    left join score_frequencies
        on
            bins.source = score_frequencies.source
            and bins.min_score <= score_frequencies.score
            and (
                bins.max_score > score_frequencies.score
                or bins.is_max_included
            )
    group by bins.source, bins.min_score, bins.max_score
)

select * from final
