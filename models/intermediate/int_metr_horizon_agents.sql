-- Grain: one row per alias of METR's time-horizon runs: all its runs are one
-- evaluation.
with

runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

horizon_models as (
    select * from {{ ref('metr_horizon_models') }}
),

agents as (
    select distinct
        source,
        agent,
        is_human
    from runs
),

final as (
    select
        agents.source || ':' || agents.agent as evaluation_id,
        agents.source,
        agents.agent,
        -- An unknown alias stands for itself, so that two unknown aliases are
        -- not one model.
        coalesce(horizon_models.model, agents.agent) as model,
        case
            when agents.is_human then 'human'
            else 'capability'
        end as population,
        horizon_models.alias as match_rule,
        case
            when horizon_models.alias is null
                then
                    'count for a model of that name; add its name to seeds/'
        end as unmapped_advice
    from agents
    left join horizon_models
        on agents.agent = horizon_models.alias
)

select * from final
