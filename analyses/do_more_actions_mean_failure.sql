-- Do more actions mean failure?
-- The study: "the headline correlation (rho = -0.33) is almost entirely a
-- confound"; within a task the median delta is -0.5 actions.
-- The data agree on the confound: with human minutes held fixed half of rho
-- remains (-0.17), within tasks little of it (-0.13). The -0.5 depends on
-- choices: it includes safety runs (capability only: 0.0), and is -1.5 or -2.0
-- if success means half or full credit. `answer` is rho, or the median of
-- success minus failure in actions with its 95 % interval.
with

rank_correlations as (
    select * from {{ ref('rank_correlations') }}
),

action_delta_summary as (
    select * from {{ ref('action_delta_summary') }}
),

answers as (
    select
        1 as section,
        source,
        controlling_for as holding_fixed,
        population,
        cast(null as string) as success_rule,
        attempt_count as n,
        'rho ' || round(spearman_rho, 3) as answer
    from rank_correlations
    where
        x = 'action_count'
        and y = 'score'
        and population in ('all', 'capability')
    union all
    select
        2 as section,
        source,
        grain as holding_fixed,
        population,
        success_rule,
        pair_count as n,
        round(median_delta, 2)
        || ' [' || round(ci_low, 2) || ', ' || round(ci_high, 2) || ']'
            as answer
    from action_delta_summary
)

select
    source,
    holding_fixed,
    population,
    success_rule,
    n,
    answer
from answers
order by
    section,
    source,
    -- Sorts from nothing held fixed to the most.
    case holding_fixed
        when 'none' then 1
        when 'human_minutes' then 2
        when 'task' then 3
        else 4
    end,
    population,
    success_rule
