-- Grain: one row per HAL trace.
{%- set nested_efforts = [] %}
{%- for place in [
    'model_kwargs', 'model_args', 'llm_kwargs', '"agent.model.completion_kwargs"'
] %}
{%- do nested_efforts.append(
    json_value('agent_args', "'$." ~ place ~ ".reasoning_effort'")
) %}
{%- endfor %}
with

source as (
    select
        *,
        {{ configured_effort_columns(
            ['agent_args', 'extra_config'],
            ['$.{}', '$."agent.model.{}"', '$.extra_body.{}'],
            ['reasoning_effort'] + nested_efforts,
        ) }}
    from {{ source('raw', 'hal_evaluations') }}
),

renamed as (
    select
        ---------- ids
        'hal:' || run_id as evaluation_id,
        file_id,
        trace_number,
        pointer,
        run_id,
        'hal' as source,
        benchmark_name as benchmark,
        agent_name as agent,

        ---------- text
        trim(model_name) as model_name,
        {{ configured_effort() }} as reasoning_effort,
        -- The study takes the first that is present.
        case
            when average_correctness is not null then 'average_correctness'
            when success_rate is not null then 'success_rate'
            when average_score is not null then 'average_score'
            when accuracy is not null then 'accuracy'
        end as accuracy_metric,
        agent_args,
        extra_config,
        log_shape,

        ---------- numerics
        coalesce(average_correctness, success_rate, average_score, accuracy)
            as accuracy,
        coalesce(total_cost, trace_total_cost) as total_cost_usd,

        ---------- booleans
        has_prompt_variations,
        date is not null and {{ iso_date('date') }} is null as is_date_unread,

        ---------- timestamps
        {{ iso_date('date') }} as evaluated_on
    from source
)

select * from renamed
