-- Grain: one row per agent whose success rate depends on what becomes of its
-- attempts without a score.
with

agent_tasks as (
    select * from {{ ref('int_agent_tasks_counted') }}
),

rates as (
    select
        source,
        benchmark,
        agent,
        {{ mean_of_shares(
            "case when success_rule = 'full_credit' then success_rate end"
        ) }} as scored_rate,
        {{ mean_of_shares(
            "case when success_rule = 'resolved' then success_rate end"
        ) }} as resolved_rate,
        sum(case when success_rule = 'full_credit' then attempt_count else 0 end)
            as scored_count,
        sum(case when success_rule = 'resolved' then attempt_count else 0 end)
            as attempt_count
    from agent_tasks
    where success_rule in ('full_credit', 'resolved')
    group by source, benchmark, agent
),

final as (
    select
        'errors_move_rate' as finding_code,
        source,
        {{ escaped('benchmark', '/') }} || '/' || agent as subject,
        attempt_count - scored_count || ' of ' || attempt_count
        || ' attempts have no score; as failures they move the success rate from '
        || round(100e0 * scored_rate, 1) || ' % to '
        || round(100e0 * resolved_rate, 1) || ' %' as detail
    from rates
    where
        attempt_count > scored_count
        and abs(scored_rate - resolved_rate) > 0.02
)

select * from final
