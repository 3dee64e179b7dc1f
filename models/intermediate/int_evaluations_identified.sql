-- Grain: one row per evaluation: who ran.
{%- set columns = {
    'evaluation_id': 'string',
    'source': 'string',
    'agent': 'string',
    'scaffold': 'string',
    'framework': 'string',
    'model': 'string',
    'reasoning_effort': 'string',
    'population': 'string',
    'match_rule': 'string',
    'unmapped_advice': 'string',
    'is_reported': 'boolean',
    'is_mean_of_tasks': 'boolean',
} %}
with

metr_agents as (
    select * from {{ ref('int_metr_agents') }}
),

metr_horizon_agents as (
    select * from {{ ref('int_metr_horizon_agents') }}
),

hal_evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

inspect_evaluations as (
    select * from {{ ref('int_inspect_evaluations_identified') }}
),

terminal_bench_evaluations as (
    select * from {{ ref('int_terminal_bench_evaluations_identified') }}
),

harbor_evaluations as (
    select * from {{ ref('int_harbor_evaluations_identified') }}
),

table_agents as (
    select * from {{ ref('int_table_agents') }}
),

every_source as (
    {{ union_columns(columns, {
        'metr_agents': [
            'evaluation_id', 'source', 'agent', 'scaffold', 'model',
            'population', 'match_rule', 'unmapped_advice',
        ],
        'metr_horizon_agents': [
            'evaluation_id', 'source', 'agent', 'scaffold', 'model',
            'population', 'match_rule', 'unmapped_advice',
        ],
        'hal_evaluations': [
            'evaluation_id', 'source', 'agent', 'scaffold', 'model',
            'population', 'match_rule', 'unmapped_advice', 'is_reported',
        ],
        'inspect_evaluations': [
            'evaluation_id', 'source', 'agent', 'scaffold', 'model',
            'population', 'is_reported',
        ],
        'terminal_bench_evaluations': [
            'evaluation_id', 'source', 'agent', 'scaffold', 'model',
            'reasoning_effort', 'match_rule', 'unmapped_advice',
        ],
        'harbor_evaluations': [
            'evaluation_id', 'source', 'agent', 'scaffold', 'model',
            'match_rule', 'unmapped_advice', 'is_reported',
        ],
        'table_agents': [
            'evaluation_id', 'source', 'agent', 'scaffold', 'model',
            'reasoning_effort', 'population', 'is_mean_of_tasks',
        ],
    }) }}
),

named as (
    select
        evaluation_id,
        source,
        agent,
        coalesce(scaffold, 'unknown') as scaffold,
        -- A source without frameworks has its scaffold there.
        coalesce(framework, scaffold, 'unknown') as framework,
        coalesce(model, 'unknown') as model,
        reasoning_effort,
        coalesce(population, 'capability') as population,
        match_rule,
        unmapped_advice,
        coalesce(is_reported, false) as is_reported,
        coalesce(is_mean_of_tasks, false) as is_mean_of_tasks
    from every_source
),

model_counts as (
    select
        source,
        agent,
        count(distinct model) as model_count,
        count(distinct case when population <> 'human' then population end)
            as population_count
    from named
    group by source, agent
),

labelled as (
    select
        named.*,
        named.agent || ' [' || named.model || ']' as label_with_model,
        -- Perturbed runs are not compared with others, nor safety runs with
        -- the same agent's other runs.
        case
            when
                named.population = 'perturbed'
                or (
                    named.population = 'safety'
                    and model_counts.population_count > 1
                )
                then ' [' || named.population || ']'
            else ''
        end as population_label,
        model_counts.model_count > 1 as is_agent_of_several_models
    from named
    inner join model_counts
        on
            named.source = model_counts.source
            and named.agent = model_counts.agent
),

labels as (
    select
        source,
        label_with_model as agent_label
    from labelled
    where is_agent_of_several_models
    union
    select
        source,
        agent || population_label as agent_label
    from labelled
    where population_label <> ''
),

final as (
    select
        labelled.evaluation_id,
        labelled.source,
        labelled.agent,
        -- Distinguishes several models of one agent name, and these from an
        -- agent whose own name looks like such a label.
        case
            when
                labelled.is_agent_of_several_models
                or labels.agent_label is not null
                then labelled.label_with_model
            else labelled.agent
        end
        || labelled.population_label as agent_label,
        labelled.scaffold,
        labelled.framework,
        labelled.model,
        labelled.reasoning_effort,
        labelled.population,
        labelled.match_rule,
        labelled.unmapped_advice,
        labelled.is_reported,
        labelled.is_mean_of_tasks
    from labelled
    left join labels
        on
            labelled.source = labels.source
            and labelled.agent = labels.agent_label
)

select * from final
