-- Grain: one row per job, agent and model of Harbor, on one benchmark.
with

trials as (
    select * from {{ ref('int_harbor_trials_identified') }}
),

final as (
    select
        evaluation_id,
        source,
        min(benchmark) as benchmark,
        min(agent) as agent,
        min(agent_name) as scaffold,
        min(model) as model,
        min(match_rule) as match_rule,
        min(reasoning_effort) as reasoning_effort,
        case
            when min(model_name) is null
                then
                    'name no model, so they count for the model `unknown`, '
                    || 'as those of an oracle do'
            when min(match_rule) is null
                then
                    'count for a model of that name; add its name to '
                    || 'seeds/harbor_model_aliases.csv'
        end as unmapped_advice,
        true as is_reported
    from trials
    group by evaluation_id, source
)

select * from final
