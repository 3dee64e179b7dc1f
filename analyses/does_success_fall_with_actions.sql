-- Does success fall as an attempt goes on?
-- The study: "every model's success declines with actions; stronger models hold
-- it longer"; claude-4-opus above 90 % to about 15 actions, gpt-4o-mini below
-- 60 % by about 10.
-- The data agree, but this only shows that long attempts are at hard tasks:
-- claude-4-opus is at 90 % in the bin around 15 actions and at 19 % around 46,
-- but inside one task (see do_more_actions_mean_failure) little of it remains.
with

success_by_action_bin as (
    select * from {{ ref('success_by_action_bin') }}
)

select
    source,
    model,
    action_bin,
    attempt_count,
    median_action_count,
    round(100 * success_rate, 1) as success_pct
from success_by_action_bin
order by source, model, action_bin
