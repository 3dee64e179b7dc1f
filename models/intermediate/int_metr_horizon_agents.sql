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
    select
        source,
        agent,
        is_human,
        case when count(distinct scaffold) = 1 then min(scaffold) end
            as scaffold
    from runs
    group by source, agent, is_human
),

-- `o3 (Inspect)`: the model in a scaffold.
suffixed as (
    select
        *,
        agent like '% (Inspect)' as has_suffix,
        case
            when agent like '% (Inspect)'
                then left(agent, length(agent) - length(' (Inspect)'))
            when is_human then 'human'
            else agent
        end as model_alias
    from agents
),

final as (
    select
        suffixed.source || ':' || suffixed.agent as evaluation_id,
        suffixed.source,
        suffixed.agent,
        case
            when suffixed.has_suffix then 'Inspect'
            else suffixed.scaffold
        end as scaffold,
        -- An unknown alias stands for itself, so that two unknown aliases are
        -- not one model.
        coalesce(horizon_models.model, suffixed.model_alias) as model,
        case
            when suffixed.is_human then 'human'
            else 'capability'
        end as population,
        horizon_models.alias as match_rule,
        case
            when horizon_models.alias is null
                then
                    'count for a model of that name; add its name to seeds/'
        end as unmapped_advice
    from suffixed
    left join horizon_models
        on suffixed.model_alias = horizon_models.alias
)

select * from final
