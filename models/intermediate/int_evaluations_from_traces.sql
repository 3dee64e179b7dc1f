-- Grain: one row per evaluation that a HAL trace reports.
with

evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

evaluation_totals as (
    select * from {{ ref('int_hal_evaluation_totals') }}
),

final as (
    select
        evaluation_id,
        evaluations.benchmark,
        evaluations.is_generalist,
        evaluations.reasoning_effort,
        evaluations.evaluated_on,
        evaluations.accuracy,
        evaluations.accuracy_metric,
        evaluations.accuracy as reported_accuracy,
        evaluations.total_cost_usd,
        evaluation_totals.timed_task_count,
        evaluation_totals.mean_latency_seconds,
        evaluation_totals.input_tokens,
        evaluation_totals.output_tokens,
        evaluation_totals.cache_read_tokens,
        evaluation_totals.cache_write_tokens,
        evaluation_totals.known_token_count,
        evaluations.file_id
    from evaluations
    inner join evaluation_totals using (evaluation_id)
)

select * from final
