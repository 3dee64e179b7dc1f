-- Terminal-Bench's five submissions have the same ranks whether errors are
-- failures, as on its leaderboard, or left out: Factory Droid 58.75 and 60.5 %,
-- chaterm
-- 49.25 and 53.9, openhands 41.25 and 42.2, LeadArchitectAgent 39.75 and 41.5,
-- mini-swe-agent 12.75 and 17.4.
with

figures (scaffold, resolved_rate, scored_rate) as (
    values
    ('Factory Droid', 58.75, 60.5),
    ('chaterm', 49.25, 53.9),
    ('openhands', 41.25, 42.2),
    ('LeadArchitectAgent', 39.75, 41.5),
    ('mini-swe-agent', 12.75, 17.4)
),

agents as (
    select distinct
        agent_label,
        scaffold
    from {{ ref('attempts') }}
    where source = 'terminal_bench'
),

rates as (
    select
        agents.scaffold,
        max(
            case
                when agent_intervals.success_rule = 'resolved'
                    then agent_intervals.success_rate
            end
        ) as resolved_rate,
        max(
            case
                when agent_intervals.success_rule = 'full_credit'
                    then agent_intervals.success_rate
            end
        ) as scored_rate
    from {{ ref('agent_intervals') }} as agent_intervals
    inner join agents
        on agent_intervals.agent = agents.agent_label
    where agent_intervals.source = 'terminal_bench'
    group by agents.scaffold
)

select
    figures.scaffold,
    rates.resolved_rate,
    rates.scored_rate
from figures
left join rates
    on figures.scaffold = rates.scaffold
where
    {{ published_data_is_loaded('terminal_bench_runs') }}
    and (
        round(100e0 * rates.resolved_rate, 2) = figures.resolved_rate
        and round(100e0 * rates.scored_rate, 1) = figures.scored_rate
    ) is not true
