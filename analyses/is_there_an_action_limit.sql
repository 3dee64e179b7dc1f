-- Did a limit on actions cut attempts short?
-- The study: "smooth distribution, no round-number censoring spikes".
-- The data agree: at 25 actions there are 0.86 times as many attempts as at
-- each neighbour, at 50 1.04 times; a limit would show as a multiple.
with

action_limit_checks as (
    select * from {{ ref('action_limit_checks') }}
)

select
    source,
    action_count,
    attempt_count,
    neighbour_count,
    round(spike_ratio, 2) as spike_ratio,
    round(100 * success_rate, 1) as success_pct
from action_limit_checks
order by source, action_count
