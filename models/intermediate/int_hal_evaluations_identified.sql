-- Grain: one row per HAL evaluation: a trace, of repeated ones the kept one.
-- The agent's name says the scaffold; model and effort come from the trace's
-- config, since one agent name runs several models.
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

scaffold_rules as (
    select * from {{ ref('hal_scaffold_rules') }}
),

scaffolds as (
    select * from {{ ref('scaffolds') }}
),

model_aliases as (
    select * from {{ ref('hal_model_aliases') }}
),

effort_rules as (
    select * from {{ ref('hal_effort_rules') }}
),

corrections as (
    select * from {{ ref('corrections') }}
    where {{ var('apply_corrections') }}
),

kept as (
    select evaluations.*
    from evaluations
    left join repeated_traces using (evaluation_id)
    where
        repeated_traces.evaluation_id is null
        or (
            evaluations.file_id = repeated_traces.kept_file_id
            and evaluations.trace_number = repeated_traces.kept_trace_number
        )
),

matched_scaffolds as (
    select
        kept.evaluation_id,
        min_by(scaffold_rules.scaffold, scaffold_rules.position) as scaffold,
        min_by(
            scaffold_rules.position || ': ' || scaffold_rules.prefix,
            scaffold_rules.position
        ) as match_rule
    from kept
    inner join scaffold_rules
        on
            left(lower(kept.agent), length(scaffold_rules.prefix))
            = scaffold_rules.prefix
            -- Browser-Use-Plus is another scaffold, Browser-Use_test is not.
            and not coalesce(
                contains(
                    'abcdefghijklmnopqrstuvwxyz0123456789-',
                    nullif(
                        substr(
                            lower(kept.agent),
                            length(scaffold_rules.prefix) + 1,
                            1
                        ),
                        ''
                    )
                ),
                false
            )
            and coalesce(scaffold_rules.benchmark, '') in ('', kept.benchmark)
    group by kept.evaluation_id
),

matched_efforts as (
    select
        kept.evaluation_id,
        min_by(effort_rules.reasoning_effort, effort_rules.position)
            as reasoning_effort
    from kept
    inner join effort_rules
        on contains(kept.agent, effort_rules.text)
    group by kept.evaluation_id
),

efforts as (
    select
        kept.evaluation_id,
        case
            when corrections.subject is not null
                then corrections.corrected_value
            else
                coalesce(
                    kept.reasoning_effort, matched_efforts.reasoning_effort
                )
        end as reasoning_effort
    from kept
    left join matched_efforts using (evaluation_id)
    left join corrections
        on
            kept.evaluation_id = corrections.subject
            and corrections.column_name = 'reasoning_effort'
            -- A trace that says otherwise needs no correction.
            and corrections.published_value
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
        -- An unknown scaffold stands for itself, so that two unknown scaffolds
        -- are not one.
        coalesce(matched_scaffolds.scaffold, kept.agent) as scaffold,
        scaffolds.is_generalist,
        coalesce(model_aliases.model, kept.model_alias) as base_model,
        -- The default effort is what the model does unless told otherwise.
        coalesce(model_aliases.model, kept.model_alias)
        || case
            when
                efforts.reasoning_effort
                = '{{ var("default_effort") | lower }}'
                then ''
            else coalesce(' ' || efforts.reasoning_effort, '')
        end as model,
        efforts.reasoning_effort,
        case
            when perturbed_traces.perturbation_count > 0 then 'perturbed'
            else 'capability'
        end as population,
        matched_scaffolds.match_rule,
        case
            when matched_scaffolds.match_rule is null
                then
                    'count for a scaffold of their own; add a rule to seeds/'
        end as unmapped_advice,
        kept.accuracy,
        kept.accuracy_metric,
        kept.total_cost_usd,
        kept.log_shape,
        model_aliases.alias is not null as is_known_model,
        kept.is_date_unread,
        true as is_reported,
        kept.evaluated_on
    from kept
    inner join efforts using (evaluation_id)
    left join perturbed_traces
        on
            kept.file_id = perturbed_traces.file_id
            and kept.trace_number = perturbed_traces.trace_number
    left join matched_scaffolds using (evaluation_id)
    left join scaffolds using (source, scaffold)
    left join model_aliases
        on kept.model_alias = model_aliases.alias
)

select * from final
