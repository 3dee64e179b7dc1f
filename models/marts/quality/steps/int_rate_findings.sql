-- Grain: one row per agent whose success rate depends on how attempts without a
-- score are counted, or that has no score; and per source without any.
{%- set moved_much = 0.02 %}
with

attempts as (
    select * from {{ ref('attempts') }}
    where population <> 'human'
),

agent_tasks as (
    select
        source,
        benchmark,
        agent_label as agent,
        task_id,
        count(*) as attempt_count,
        count(score) as scored_count,
        count(*) filter (where score >= 1) as success_count
    from attempts
    group by source, benchmark, agent_label, task_id
),

-- Means over tasks, as in agent_intervals.
rates as (
    select
        source,
        benchmark,
        agent,
        sum(attempt_count) as attempt_count,
        sum(scored_count) as scored_count,
        {{ mean_of_shares('success_count * 1e0 / nullif(scored_count, 0)') }}
            as scored_rate,
        {{ mean_of_shares('success_count * 1e0 / attempt_count') }}
            as resolved_rate
    from agent_tasks
    group by source, benchmark, agent
),

moved_rates as (
    select
        'errors_move_rate' as finding_code,
        source,
        {{ escaped('benchmark', '/') }} || '/' || agent as subject,
        attempt_count - scored_count || ' of ' || attempt_count
        || ' attempts have no score; counted as failures they move the'
        || ' success rate from ' || round(100e0 * scored_rate, 1) || ' % to '
        || round(100e0 * resolved_rate, 1) || ' %' as detail
    from rates
    where
        attempt_count > scored_count
        and abs(scored_rate - resolved_rate) > {{ moved_much }}
),

source_counts as (
    select
        source,
        sum(attempt_count) as attempt_count,
        sum(scored_count) as scored_count
    from rates
    group by source
),

unscored_sources as (
    select
        'source_without_scores' as finding_code,
        source,
        source as subject,
        'none of its ' || attempt_count || ' attempts has a score: only the'
        || ' success rule resolved judges them, all as failures' as detail
    from source_counts
    where scored_count = 0
),

-- In a source without scores this is said once.
unscored_agents as (
    select
        'agent_without_scores' as finding_code,
        rates.source,
        {{ escaped('rates.benchmark', '/') }} || '/' || rates.agent as subject,
        'none of its ' || rates.attempt_count || ' attempts has a score: only'
        || ' the success rule resolved judges them, all as failures' as detail
    from rates
    inner join source_counts
        on rates.source = source_counts.source
    where rates.scored_count = 0 and source_counts.scored_count > 0
),

final as (
    {{ union_findings([
        'moved_rates',
        'unscored_sources',
        'unscored_agents',
    ]) }}
)

select * from final
