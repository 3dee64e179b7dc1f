-- Which model finishes the longest tasks?
-- METR: a model's horizon is the human time of tasks that it finishes half the
-- time. Fitted as METR fits it, on the source's own verdicts where it has them,
-- else on any credit.
-- On its time-horizon runs claude-3.5-sonnet-v2 leads with 61 minutes, but the
-- interval goes from 16 to 217, and o1 (42) and o1-preview (38) lie inside it:
-- the three cannot be ordered. No bound on a side: null. Where the status is
-- `extrapolated`, p50 lies outside the tasks that the model tried.
with

time_horizons as (
    select * from {{ ref('time_horizons') }}
),

preferred_rules as (
    select
        source,
        -- Reported where the source has it, else any_credit.
        max(success_rule) as success_rule
    from time_horizons
    where success_rule in ('reported', 'any_credit')
    group by source
)

select
    time_horizons.source,
    time_horizons.model,
    time_horizons.attempt_count,
    time_horizons.p50_minutes,
    time_horizons.p50_low,
    time_horizons.p50_high,
    time_horizons.status
from time_horizons
inner join preferred_rules
    on
        time_horizons.source = preferred_rules.source
        and time_horizons.success_rule = preferred_rules.success_rule
where
    time_horizons.weighting
    = '{{ var('weighting', 'inverse_sqrt_family') }}'
    and time_horizons.regularisation
    = cast({{ var('regularisation', 0.1) }} as double)
order by
    time_horizons.source asc,
    time_horizons.p50_minutes desc nulls last,
    time_horizons.model asc
