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

labelled as (
    select
        every_source.*,
        every_source.agent || ' [' || every_source.model || ']'
            as label_with_model,
        model_counts.model_count > 1 as has_several_models
    from every_source
    inner join model_counts
        on
            every_source.source = model_counts.source
            and every_source.agent = model_counts.agent
),

labels_with_model as (
    select distinct
        source,
        label_with_model
    from labelled
    where has_several_models
),

final as (
    select
        labelled.evaluation_id,
        labelled.source,
        labelled.agent,
        -- Tells apart what one agent string ran with several models, and that
        -- from an agent whose own name is such a label.
        case
            when
                labelled.has_several_models
                or labels_with_model.label_with_model is not null
                then labelled.label_with_model
            else labelled.agent
        end as agent_label,
        labelled.scaffold,
        labelled.framework,
        labelled.model,
        labelled.population,
        labelled.match_rule
    from labelled
    left join labels_with_model
        on
            labelled.source = labels_with_model.source
            and labelled.agent = labels_with_model.label_with_model
)

select * from final
