-- Does counting errors as failures change the ranking?
-- Terminal-Bench's leaderboard counts a trial without a verdict as a failure
-- (`resolved`); here attempts without a score are left out (`full_credit`). On
-- its 22 public runs (2,000 trials, 238 of them without a verdict) the order of
-- the five submissions stays, but mini-swe-agent falls from 17.4 to 12.8 %: 150
-- of its 400 trials ended in an error, 63 of them in one run.
with

agent_intervals as (
    select * from {{ ref('agent_intervals') }}
),

ranked as (
    select
        *,
        rank() over (
            partition by success_rule, source, benchmark, population
            order by success_rate desc
        ) as rate_rank
    from agent_intervals
    where success_rule in ('full_credit', 'resolved')
)

select
    resolved.benchmark,
    resolved.agent,
    resolved.attempt_count - coalesce(scored.attempt_count, 0)
    || ' of ' || resolved.attempt_count as without_score,
    round(100 * scored.success_rate, 1)
    || ' [' || round(100 * scored.ci_low, 1)
    || ', ' || round(100 * scored.ci_high, 1) || ']' as full_credit_pct,
    round(100 * resolved.success_rate, 1)
    || ' [' || round(100 * resolved.ci_low, 1)
    || ', ' || round(100 * resolved.ci_high, 1) || ']' as resolved_pct,
    coalesce(scored.rate_rank || ' -> ', '') || resolved.rate_rank as ranks
from ranked as resolved
left join ranked as scored
    on
        resolved.source = scored.source
        and resolved.benchmark = scored.benchmark
        and resolved.agent = scored.agent
        and scored.success_rule = 'full_credit'
where resolved.success_rule = 'resolved'
order by
    resolved.source asc,
    resolved.benchmark asc,
    resolved.rate_rank asc,
    resolved.agent asc
