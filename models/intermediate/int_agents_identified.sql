-- Grain: one row per source and agent string.
-- METR's rules search the whole string and the first by position wins, so an
-- advisor or a branch name can decide the model; `match_rule` says which did.
with

metr_runs as (
    select * from {{ ref('stg_metr__runs') }}
),

metr_horizon_runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

metr_model_rules as (
    select * from {{ ref('metr_model_rules') }}
),

metr_framework_rules as (
    select * from {{ ref('metr_framework_rules') }}
),

metr_safety_keywords as (
    select * from {{ ref('metr_safety_keywords') }}
),

metr_horizon_models as (
    select * from {{ ref('metr_horizon_models') }}
),

metr_agents as (
    select distinct
        source,
        agent
    from metr_runs
),

metr_models as (
    select
        metr_agents.agent,
        min_by(metr_model_rules.model, metr_model_rules.position) as model,
        min_by(
            metr_model_rules.position || ': ' || metr_model_rules.text,
            metr_model_rules.position
        ) as match_rule
    from metr_agents
    inner join metr_model_rules
        on contains(metr_agents.agent, metr_model_rules.text)
    group by metr_agents.agent
),

metr_frameworks as (
    select
        metr_agents.agent,
        min_by(
            metr_framework_rules.framework, metr_framework_rules.position
        ) as framework
    from metr_agents
    inner join metr_framework_rules
        on
            case metr_framework_rules.kind
                when 'prefix'
                    then
                        left(
                            metr_agents.agent, length(metr_framework_rules.text)
                        )
                        = metr_framework_rules.text
                when 'contains' then
                    contains(metr_agents.agent, metr_framework_rules.text)
            end
    group by metr_agents.agent
),

metr_safety_agents as (
    select distinct metr_agents.agent
    from metr_agents
    inner join metr_safety_keywords
        on contains(lower(metr_agents.agent), metr_safety_keywords.keyword)
),

metr_identified as (
    select
        metr_agents.source,
        metr_agents.agent,
        -- In METR's runs the program around the model is the framework.
        metr_frameworks.framework,
        metr_models.model,
        case
            when metr_safety_agents.agent is null then 'capability'
            else 'safety'
        end as population,
        metr_models.match_rule
    from metr_agents
    left join metr_models
        on metr_agents.agent = metr_models.agent
    left join metr_frameworks
        on metr_agents.agent = metr_frameworks.agent
    left join metr_safety_agents
        on metr_agents.agent = metr_safety_agents.agent
),

metr_horizon_agents as (
    select distinct
        source,
        agent,
        is_human
    from metr_horizon_runs
),

metr_horizon_identified as (
    select
        metr_horizon_agents.source,
        metr_horizon_agents.agent,
        cast(null as string) as framework,
        -- An unknown alias stands for itself, lest several pass for one model.
        coalesce(metr_horizon_models.model, metr_horizon_agents.agent) as model,
        case
            when metr_horizon_agents.is_human then 'human'
            else 'capability'
        end as population,
        metr_horizon_models.alias as match_rule
    from metr_horizon_agents
    left join metr_horizon_models
        on metr_horizon_agents.agent = metr_horizon_models.alias
),

every_source as (
    select * from metr_identified
    union all
    select * from metr_horizon_identified
),

final as (
    select
        source,
        agent,
        coalesce(framework, 'unknown') as scaffold,
        coalesce(framework, 'unknown') as framework,
        coalesce(model, 'unknown') as model,
        population,
        match_rule
    from every_source
)

select * from final
