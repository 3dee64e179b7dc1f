-- Grain: one row per Inspect evaluation: a log, or the kept one of copies.
with

evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

logs as (
    select * from {{ ref('int_inspect_logs_resolved') }}
    where is_kept
),

plan_steps as (
    select * from {{ ref('stg_inspect__plan_steps') }}
),

plumbing as (
    select * from {{ ref('inspect_plumbing_solvers') }}
),

scaffolds as (
    select * from {{ ref('inspect_scaffolds') }}
),

populations as (
    select * from {{ ref('inspect_populations') }}
),

model_aliases as (
    select * from {{ ref('inspect_model_aliases') }}
),

headlines as (
    select * from {{ ref('int_inspect_headlines') }}
),

usage as (
    select * from {{ ref('int_inspect_evaluation_usage') }}
),

last_steps as (
    select
        plan_steps.file_id,
        max_by(plan_steps.solver, plan_steps.step_number) as solver
    from plan_steps
    left join plumbing
        on plan_steps.solver = plumbing.solver
    where plumbing.solver is null
    group by plan_steps.file_id
),

named as (
    select
        evaluations.*,
        logs.is_superseded,
        coalesce(
            split_part(evaluations.solver, '/', -1), last_steps.solver
        ) as solver_name,
        coalesce(
            model_aliases.model, made_by.model, evaluations.model_alias
        ) as base_model
    from evaluations
    inner join logs
        on evaluations.file_id = logs.file_id
    left join last_steps
        on evaluations.file_id = last_steps.file_id
    left join model_aliases
        on evaluations.model_alias = model_aliases.alias
    left join model_aliases as made_by
        on
            {{ maker_model_name(
                "regexp_replace(evaluations.model_alias, '^.*/', '')"
            ) }} = made_by.alias
),

labelled as (
    select
        named.*,
        coalesce(scaffolds.scaffold, named.solver_name) as scaffold,
        coalesce(
            case
                when scaffolds.population = 'human' then scaffolds.population
            end,
            populations.population,
            'capability'
        ) as population,
        named.base_model
        || coalesce(' ' || named.reasoning_effort, '') as model
    from named
    left join scaffolds
        on named.solver_name = scaffolds.name
    left join populations
        on named.benchmark = populations.benchmark
),

final as (
    select
        labelled.evaluation_id,
        file_id,
        labelled.source,
        labelled.benchmark,
        coalesce(labelled.scaffold, 'unknown')
        || ' (' || labelled.model || ')' as agent,
        labelled.scaffold,
        labelled.model,
        labelled.population,
        labelled.reasoning_effort,
        cast(labelled.created_at as date) as evaluated_on,
        case
            when
                (headlines.reported_value - headlines.minimum)
                / nullif(headlines.maximum - headlines.minimum, 0)
                between 0 and 1
                then
                    (headlines.reported_value - headlines.minimum)
                    / nullif(headlines.maximum - headlines.minimum, 0)
        end as accuracy,
        headlines.accuracy_metric,
        headlines.reported_value as reported_accuracy,
        usage.cost_usd as total_cost_usd,
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.total_tokens as known_token_count,
        usage.has_several_models,
        labelled.status,
        labelled.is_superseded,
        labelled.is_partial,
        case
            when labelled.is_superseded
                then 'superseded by a later run of the same task'
            when labelled.status <> 'success'
                then 'the run did not succeed: ' || labelled.status
            when labelled.is_invalidated
                then 'a sample of it was declared invalid'
        end as run_exclusion_reason,
        true as is_reported
    from labelled
    left join headlines using (file_id)
    left join usage using (file_id)
)

select * from final
