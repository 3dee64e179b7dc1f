-- Grain: one row per agent string of METR's runs: all its runs are one
-- evaluation.
-- METR's rules search the whole string, and the first by position wins, so an
-- advisor or a branch name can decide the model; `match_rule` names the rule.
with

runs as (
    select * from {{ ref('stg_metr__runs') }}
),

model_rules as (
    select * from {{ ref('metr_model_rules') }}
),

framework_rules as (
    select * from {{ ref('metr_framework_rules') }}
),

safety_keywords as (
    select * from {{ ref('metr_safety_keywords') }}
),

agents as (
    select distinct
        source,
        agent,
        {{ is_human_name('agent') }} as is_human
    from runs
),

models as (
    select
        agents.agent,
        min_by(model_rules.model, model_rules.position) as model,
        min_by(
            model_rules.position || ': ' || model_rules.text,
            model_rules.position
        ) as match_rule
    from agents
    inner join model_rules
        on contains(agents.agent, model_rules.text)
    group by agents.agent
),

frameworks as (
    select
        agents.agent,
        min_by(framework_rules.framework, framework_rules.position)
            as framework
    from agents
    inner join framework_rules
        on
            case framework_rules.kind
                when 'prefix'
                    then
                        left(agents.agent, length(framework_rules.text))
                        = framework_rules.text
                when 'contains'
                    then contains(agents.agent, framework_rules.text)
            end
    group by agents.agent
),

safety_agents as (
    select distinct agents.agent
    from agents
    inner join safety_keywords
        on contains(lower(agents.agent), safety_keywords.keyword)
),

final as (
    select
        agents.source || ':' || agents.agent as evaluation_id,
        agents.source,
        agents.agent,
        -- In METR's runs the program around the model is the framework.
        frameworks.framework as scaffold,
        case when agents.is_human then 'human' else models.model end as model,
        case
            when agents.is_human then 'human'
            when safety_agents.agent is null then 'capability'
            else 'safety'
        end as population,
        models.match_rule,
        case
            when
                models.model is not null
                and frameworks.framework is null
                and not agents.is_human
                then
                    'count for the scaffold `unknown`; add a rule to seeds/'
        end as unmapped_advice
    from agents
    left join models
        on agents.agent = models.agent
    left join frameworks
        on agents.agent = frameworks.agent
    left join safety_agents
        on agents.agent = safety_agents.agent
)

select * from final
