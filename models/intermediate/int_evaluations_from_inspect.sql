-- Grain: one row per evaluation that an Inspect log reports.
with

evaluations as (
    select * from {{ ref('int_inspect_evaluations_identified') }}
),

attempts as (
    select * from {{ ref('int_inspect_attempts') }}
),

latencies as (
    select
        evaluation_id,
        {{ exact_mean('latency_seconds') }} as mean_latency_seconds
    from attempts
    group by evaluation_id
),

final as (
    select
        evaluation_id,
        evaluations.benchmark,
        evaluations.reasoning_effort,
        evaluations.evaluated_on,
        evaluations.accuracy,
        case
            when evaluations.accuracy is not null
                then evaluations.accuracy_metric
        end as accuracy_metric,
        evaluations.reported_accuracy,
        nullif(evaluations.status, 'unknown') as status,
        evaluations.total_cost_usd,
        latencies.mean_latency_seconds,
        evaluations.input_tokens,
        evaluations.output_tokens,
        evaluations.cache_read_tokens,
        evaluations.cache_write_tokens,
        evaluations.known_token_count,
        evaluations.has_several_models,
        evaluations.run_exclusion_reason,
        evaluations.file_id
    from evaluations
    left join latencies using (evaluation_id)
)

select * from final
