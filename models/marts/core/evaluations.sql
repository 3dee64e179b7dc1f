-- Grain: one row per evaluation: one agent over one benchmark.
with

evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

costs as (
    select * from {{ ref('int_evaluation_costs') }}
),

outcomes as (
    select * from {{ ref('int_evaluation_outcomes') }}
),

excluded_evaluations as (
    select * from {{ ref('int_evaluations_excluded') }}
),

corrections as (
    select * from {{ ref('corrections') }}
    where {{ var('apply_corrections') }}
),

judged as (
    select
        evaluations.*,
        identified_evaluations.source,
        identified_evaluations.agent,
        identified_evaluations.agent_label,
        identified_evaluations.scaffold,
        identified_evaluations.model,
        min(evaluations.evaluation_id) over (
            partition by
                identified_evaluations.source,
                evaluations.benchmark,
                identified_evaluations.agent_label,
                identified_evaluations.population,
                evaluations.reasoning_effort
        ) as repeat_group,
        outcomes.task_count,
        outcomes.task_share,
        outcomes.success_rule,
        outcomes.success_count,
        outcomes.failure_count,
        case
            when corrections.subject is not null
                then cast(corrections.corrected_value as double)
            when
                {{ var('apply_corrections') }}
                and costs.cost_status in (
                    'zero_with_tokens', 'partly_priced', 'refused_part'
                )
                then null
            else evaluations.total_cost_usd
        end as known_cost_usd,
        costs.cost_status,
        case
            when identified_evaluations.population = 'human'
                then 'human attempts are reference data'
            when identified_evaluations.population = 'safety'
                then 'told to misbehave, so no measure of what it can do'
            when identified_evaluations.population = 'perturbed'
                then 'disturbed on purpose, so no measure of what it can do'
            when evaluations.run_exclusion_reason is not null
                then evaluations.run_exclusion_reason
            when excluded_evaluations.reason is not null
                then excluded_evaluations.reason
            when identified_evaluations.model = 'unknown'
                then 'no rule in seeds/ knows its model'
        end as exclusion_reason
    from evaluations
    inner join identified_evaluations
        on evaluations.evaluation_id = identified_evaluations.evaluation_id
    inner join costs
        on evaluations.evaluation_id = costs.evaluation_id
    left join outcomes
        on evaluations.evaluation_id = outcomes.evaluation_id
    left join excluded_evaluations
        on evaluations.evaluation_id = excluded_evaluations.evaluation_id
    left join corrections
        on
            evaluations.evaluation_id = corrections.subject
            and corrections.column_name = 'total_cost_usd'
            -- Another run with that name, or a repaired one, needs no
            -- correction.
            and try_cast(corrections.published_value as double)
            is not distinct from evaluations.total_cost_usd
),

final as (
    select
        evaluation_id,
        source,
        benchmark,
        agent,
        agent_label,
        scaffold,
        is_generalist,
        model,
        reasoning_effort,
        evaluated_on,
        accuracy,
        accuracy_metric,
        reported_accuracy,
        status,
        repeat_group,
        task_count,
        task_share,
        success_rule,
        success_count,
        failure_count,
        timed_task_count,
        known_cost_usd as total_cost_usd,
        cost_status,
        mean_latency_seconds,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        exclusion_reason is not null as is_excluded,
        exclusion_reason,
        file_id
    from judged
)

select * from final
