-- Grain: one row per source and agent string.
with

evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

attempts as (
    select * from {{ ref('attempts') }}
),

agents as (
    select
        source,
        agent,
        -- A rule can be for one benchmark only. An evaluation without a rule
        -- comes first, so that all three columns are from one evaluation.
        min_by(scaffold, coalesce(match_rule, '')) as scaffold,
        min_by(framework, coalesce(match_rule, '')) as framework,
        case when min(model) = max(model) then min(model) end as model,
        min(population) as population,
        nullif(min(coalesce(match_rule, '')), '') as match_rule
    from evaluations
    group by source, agent
),

attempt_counts as (
    select
        source,
        agent,
        count(*) as attempt_count
    from attempts
    group by source, agent
),

final as (
    select
        source,
        agent,
        agents.scaffold,
        agents.framework,
        agents.model,
        agents.population,
        -- Zero is observed: all of the agent's records conflict between files.
        coalesce(attempt_counts.attempt_count, 0) as attempt_count,
        agents.match_rule
    from agents
    left join attempt_counts using (source, agent)
)

select * from final
