-- Which model finishes the longest tasks?
-- METR: a model's horizon is the human time of tasks that it finishes half the
-- time. Fitted as METR fits it, by the source's own success rule.
-- On its time-horizon runs claude-3.5-sonnet-v2 leads with 61 minutes, but the
-- interval goes from 17 to 207, and o1 (43) and o1-preview (38) are inside it:
-- the three cannot be ordered. A missing bound is null. If the status is
-- `extrapolated`, p50 is outside the range of the tasks that the model tried.
with

time_horizons as (
    select * from {{ ref('time_horizons') }}
),

headlines as (
    select
        source,
        model,
        success_rule
    from time_horizons
    where is_headline
)

select
    time_horizons.source,
    time_horizons.model,
    time_horizons.success_rule,
    time_horizons.attempt_count,
    time_horizons.p50_minutes,
    time_horizons.p50_low,
    time_horizons.p50_high,
    time_horizons.status
from time_horizons
inner join headlines
    on
        time_horizons.source = headlines.source
        and time_horizons.model = headlines.model
where
    time_horizons.success_rule
    = case '{{ var('success_rule', 'headline') }}'
        when 'headline' then headlines.success_rule
        else '{{ var('success_rule', 'headline') }}'
    end
    and time_horizons.weighting
    = '{{ var('weighting', 'inverse_sqrt_family') }}'
    and time_horizons.regularisation
    = cast({{ var('regularisation', 0.00001) }} as double)
order by
    time_horizons.source asc,
    time_horizons.p50_minutes desc nulls last,
    time_horizons.model asc
