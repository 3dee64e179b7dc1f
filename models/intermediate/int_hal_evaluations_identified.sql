-- Grain: one row per HAL evaluation: a trace, or the kept one of repeated
-- traces. The agent's name gives the scaffold; model and effort come from the
-- trace's config, since one agent name can run several models.
with

evaluations as (
    select * from {{ ref('stg_hal__evaluations') }}
),

repeated_traces as (
    select * from {{ ref('int_hal_traces_repeated') }}
),

perturbed_traces as (
    select * from {{ ref('int_hal_traces_perturbed') }}
),

models_named as (
    select * from {{ ref('int_hal_models_named') }}
),

efforts_read as (
    select * from {{ ref('int_hal_efforts_read') }}
),

scaffolds_matched as (
    select * from {{ ref('int_hal_scaffolds_matched') }}
),

scaffolds as (
    select * from {{ ref('scaffolds') }}
),

default_efforts as (
    select * from {{ ref('model_default_efforts') }}
),

corrections as (
    select * from {{ ref('corrections') }}
    where column_name = 'reasoning_effort'
),

kept as (
    select evaluations.*
    from evaluations
    left join repeated_traces
        on evaluations.evaluation_id = repeated_traces.evaluation_id
    where
        repeated_traces.evaluation_id is null
        or (
            evaluations.file_id = repeated_traces.kept_file_id
            and evaluations.trace_number = repeated_traces.kept_trace_number
        )
),

efforts as (
    select
        kept.evaluation_id,
        -- A correction has the published value and the right one.
        case
            when corrections.subject is null then efforts_read.reasoning_effort
            when {{ var('apply_corrections') }}
                then nullif(corrections.corrected_value, '')
            else nullif(corrections.published_value, '')
        end as reasoning_effort
    from kept
    left join efforts_read using (file_id, trace_number)
    left join corrections
        on
            kept.evaluation_id = corrections.subject
            -- A trace with another value needs no correction.
            and nullif(corrections.published_value, '')
            is not distinct from kept.reasoning_effort
),

final as (
    select
        kept.evaluation_id,
        kept.file_id,
        kept.trace_number,
        kept.source,
        kept.benchmark,
        kept.agent,
        scaffolds_matched.scaffold,
        scaffolds.is_generalist,
        models_named.model as base_model,
        -- The default effort is the model's own unless it is configured.
        models_named.model
        || case
            when efforts.reasoning_effort = default_efforts.default_effort
                then ''
            else coalesce(' ' || efforts.reasoning_effort, '')
        end as model,
        efforts.reasoning_effort,
        case
            when perturbed_traces.perturbation_count > 0 then 'perturbed'
            else 'capability'
        end as population,
        scaffolds_matched.match_rule,
        case
            when
                scaffolds_matched.match_rule is null
                and scaffolds.scaffold is null
                then
                    'count for a scaffold of their own; add a rule to seeds/'
        end as unmapped_advice,
        kept.accuracy,
        kept.accuracy_metric,
        kept.total_cost_usd,
        kept.log_shape,
        coalesce(models_named.is_known_model, false) as is_known_model,
        kept.is_date_unread,
        true as is_reported,
        kept.evaluated_on
    from kept
    inner join efforts
        on kept.evaluation_id = efforts.evaluation_id
    inner join scaffolds_matched
        on
            kept.file_id = scaffolds_matched.file_id
            and kept.trace_number = scaffolds_matched.trace_number
    left join perturbed_traces
        on
            kept.file_id = perturbed_traces.file_id
            and kept.trace_number = perturbed_traces.trace_number
    left join scaffolds
        on
            kept.source = scaffolds.source
            and scaffolds_matched.scaffold = scaffolds.scaffold
    left join models_named
        on kept.model_name = models_named.model_name
    left join default_efforts
        on models_named.model = default_efforts.model
)

select * from final
