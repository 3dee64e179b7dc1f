-- Grain: one row per evaluation: one agent over one benchmark.
with

attempts as (
    select * from {{ ref('attempts') }}
),

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

hal_evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

hal_evaluation_totals as (
    select * from {{ ref('int_hal_evaluation_totals') }}
),

excluded_models as (
    select * from {{ ref('excluded_models') }}
),

corrections as (
    select * from {{ ref('corrections') }}
    where {{ var('apply_corrections') }}
),

-- The source's own verdict where it judges every attempt, else any credit, the
-- rule of METR's study.
verdicts as (
    select
        evaluation_id,
        success_rule,
        count(*) filter (where is_success) as success_count,
        count(*) filter (where not is_success) as failure_count,
        row_number() over (
            partition by evaluation_id
            order by
                count(*) desc,
                case success_rule when 'reported' then 1 else 2 end
        ) as preference
    from attempt_successes
    where success_rule in ('reported', 'any_credit')
    group by evaluation_id, success_rule
),

task_counts as (
    select
        evaluation_id,
        count(distinct task_id) as task_count
    from attempts
    group by evaluation_id
),

run_sets as (
    select
        evaluation_id,
        source,
        benchmark,
        agent,
        agent_label,
        scaffold,
        cast(null as boolean) as is_generalist,
        model,
        cast(null as string) as reasoning_effort,
        cast(min(started_at) as date) as evaluated_on,
        {{ exact_mean('score') }} as accuracy,
        case when count(score) > 0 then 'mean_score' end as accuracy_metric,
        cast(null as double) as total_cost_usd,
        {{ exact_mean('latency_seconds') }} as mean_latency_seconds,
        cast(null as bigint) as input_tokens,
        cast(null as bigint) as output_tokens,
        cast(null as bigint) as cache_read_tokens,
        cast(null as bigint) as cache_write_tokens,
        case population
            when 'human' then 'human attempts are reference data'
            when 'safety'
                then 'told to misbehave, so no measure of what it can do'
        end as exclusion_reason,
        -- Runs of one agent can come from several files; then no one file does.
        case when min(file_id) = max(file_id) then min(file_id) end as file_id
    from attempts
    where source <> 'hal'
    group by
        evaluation_id,
        source,
        benchmark,
        agent,
        agent_label,
        scaffold,
        model,
        population
),

traces as (
    select
        hal_evaluations.evaluation_id,
        hal_evaluations.source,
        hal_evaluations.benchmark,
        hal_evaluations.agent,
        identified_evaluations.agent_label,
        hal_evaluations.scaffold,
        hal_evaluations.is_generalist,
        identified_evaluations.model,
        hal_evaluations.reasoning_effort,
        hal_evaluations.evaluated_on,
        hal_evaluations.accuracy,
        hal_evaluations.accuracy_metric,
        case
            when corrections.subject is not null
                then cast(corrections.corrected_value as double)
            -- Nobody had a price for the model; the study takes it for free.
            when
                {{ var('apply_corrections') }}
                and hal_evaluations.total_cost_usd = 0
                and {{ has_used_tokens(
                    'hal_evaluation_totals.known_token_count',
                    'task_counts.task_count',
                    'hal_evaluations.accuracy',
                ) }}
                then null
            else hal_evaluations.total_cost_usd
        end as total_cost_usd,
        hal_evaluation_totals.mean_latency_seconds,
        hal_evaluation_totals.input_tokens,
        hal_evaluation_totals.output_tokens,
        hal_evaluation_totals.cache_read_tokens,
        hal_evaluation_totals.cache_write_tokens,
        cast(null as string) as exclusion_reason,
        hal_evaluations.file_id
    from hal_evaluations
    inner join identified_evaluations
        on hal_evaluations.evaluation_id = identified_evaluations.evaluation_id
    inner join hal_evaluation_totals
        on hal_evaluations.evaluation_id = hal_evaluation_totals.evaluation_id
    left join task_counts
        on hal_evaluations.evaluation_id = task_counts.evaluation_id
    left join corrections
        on
            hal_evaluations.evaluation_id = corrections.subject
            and corrections.column_name = 'total_cost_usd'
),

every_source as (
    select * from run_sets
    union all
    select * from traces
),

judged as (
    select
        every_source.*,
        task_counts.task_count,
        verdicts.success_rule,
        verdicts.success_count,
        verdicts.failure_count,
        case
            when every_source.exclusion_reason is not null
                then every_source.exclusion_reason
            when excluded_models.reason is not null
                then excluded_models.reason
            when every_source.model = 'unknown'
                then 'no rule in seeds/ knows its model'
        end as reason
    from every_source
    left join task_counts
        on every_source.evaluation_id = task_counts.evaluation_id
    left join verdicts
        on
            every_source.evaluation_id = verdicts.evaluation_id
            and verdicts.preference = 1
    left join excluded_models
        on
            every_source.source = excluded_models.source
            and every_source.model = excluded_models.model
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
        task_count,
        success_rule,
        success_count,
        failure_count,
        total_cost_usd,
        mean_latency_seconds,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        reason is not null as is_excluded,
        reason as exclusion_reason,
        file_id
    from judged
)

select * from final
