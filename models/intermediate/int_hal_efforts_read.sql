-- Grain: one row per HAL trace: the reasoning effort of its model.
-- As configured, else as the agent's name says.
with

evaluations as (
    select * from {{ ref('stg_hal__evaluations') }}
),

models_named as (
    select * from {{ ref('int_hal_models_named') }}
),

effort_rules as (
    select * from {{ ref('hal_effort_rules') }}
),

names as (
    select
        evaluations.file_id,
        evaluations.trace_number,
        lower(evaluations.agent) as agent_text,
        lower(
            coalesce(model_name, '') || ' '
            || coalesce(models_named.model, '')
        ) as model_text
    from evaluations
    left join models_named using (model_name)
),

matched as (
    select
        names.file_id,
        names.trace_number,
        min_by(effort_rules.reasoning_effort, effort_rules.position)
            as reasoning_effort
    from names
    inner join effort_rules
        on
            {{ matches_pattern('names.agent_text', 'effort_rules.pattern') }}
            -- mistral-medium is a model, not an effort.
            and not contains(names.model_text, effort_rules.reasoning_effort)
    group by names.file_id, names.trace_number
),

-- `_thinking_8000`: a thinking budget in tokens.
budgets as (
    select
        file_id,
        trace_number,
        nullif(
            regexp_extract(
                agent_text, 'thinking[ _=:-]*(budget)?[ _=:-]+([0-9]+k?)', 2
            ),
            ''
        ) as thinking_budget
    from names
),

final as (
    select
        file_id,
        trace_number,
        coalesce(
            evaluations.reasoning_effort,
            matched.reasoning_effort,
            'thinking-' || budgets.thinking_budget
        ) as reasoning_effort
    from evaluations
    inner join budgets using (file_id, trace_number)
    left join matched using (file_id, trace_number)
)

select * from final
