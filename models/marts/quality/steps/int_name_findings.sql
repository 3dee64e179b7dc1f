-- Grain: one row per agent, model or scaffold that no table in seeds/ knows.
with

agents as (
    select * from {{ ref('agents') }}
),

evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

hal_evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

advised_agents as (
    select
        source,
        agent,
        min(unmapped_advice) as unmapped_advice
    from evaluations
    group by source, agent
),

unmapped_agents as (
    select
        'unmapped_agent' as finding_code,
        source,
        agent as subject,
        agents.attempt_count || ' attempt(s) '
        || coalesce(
            advised_agents.unmapped_advice,
            'count for the model `unknown`; add a rule to seeds/'
        ) as detail
    from agents
    inner join advised_agents using (source, agent)
    where
        agents.model = 'unknown'
        or advised_agents.unmapped_advice is not null
),

unmapped_models as (
    select
        'unmapped_model' as finding_code,
        source,
        coalesce(base_model, 'unknown') as subject,
        count(*) || ' evaluation(s) use this name for their model; add it to '
        || 'seeds/hal_model_aliases.csv, or other spellings of it count as '
        || 'other models' as detail
    from hal_evaluations
    where not is_known_model
    group by source, coalesce(base_model, 'unknown')
),

unknown_scaffold_kinds as (
    select
        'unknown_scaffold_kind' as finding_code,
        source,
        scaffold as subject,
        count(*) || ' evaluation(s) ran it; they stay in the figures as of '
        || 'unknown kind until seeds/scaffolds.csv says whether it is a '
        || 'generalist' as detail
    from hal_evaluations
    where is_generalist is null
    group by source, scaffold
),

final as (
    {{ union_findings([
        'unmapped_agents',
        'unmapped_models',
        'unknown_scaffold_kinds',
    ]) }}
)

select * from final
