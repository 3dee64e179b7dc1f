-- Grain: one row per evaluation: who ran.
with

agents as (
    select * from {{ ref('int_agents_identified') }}
),

hal_evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

-- METR's runs: all runs of one agent string are one evaluation.
run_sets as (
    select
        source || ':' || agent as evaluation_id,
        source,
        agent,
        scaffold,
        framework,
        model,
        population,
        match_rule
    from agents
),

traces as (
    select
        evaluation_id,
        source,
        agent,
        scaffold,
        scaffold as framework,
        coalesce(model, 'unknown') as model,
        'capability' as population,
        match_rule
    from hal_evaluations
),

every_source as (
    select * from run_sets
    union all
    select * from traces
),

model_counts as (
    select
        source,
        agent,
        count(distinct model) as model_count
    from every_source
    group by source, agent
),

final as (
    select
        every_source.evaluation_id,
        every_source.source,
        every_source.agent,
        -- Tells apart what one agent string ran with several models.
        every_source.agent
        || case
            when model_counts.model_count > 1
                then ' [' || every_source.model || ']'
            else ''
        end as agent_label,
        every_source.scaffold,
        every_source.framework,
        every_source.model,
        every_source.population,
        every_source.match_rule
    from every_source
    inner join model_counts
        on
            every_source.source = model_counts.source
            and every_source.agent = model_counts.agent
)

select * from final
