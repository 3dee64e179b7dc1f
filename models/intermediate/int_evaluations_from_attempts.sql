-- Grain: one row per evaluation that its source does not report itself.
with

attempts as (
    select * from {{ ref('attempts') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

final as (
    select
        evaluation_id,
        attempts.benchmark,
        cast(min(attempts.started_at) as date) as evaluated_on,
        {{ exact_mean('attempts.score') }} as accuracy,
        case when count(attempts.score) > 0 then 'mean_score' end
            as accuracy_metric,
        -- A sum that lacks an attempt's cost is unknown.
        case
            when count(attempts.cost_usd) = count(*)
                then {{ exact_sum('attempts.cost_usd', 12) }}
        end as total_cost_usd,
        {{ exact_mean('attempts.latency_seconds') }} as mean_latency_seconds,
        -- Runs of one agent can come from several files; then no one file does.
        case
            when min(attempts.file_id) = max(attempts.file_id)
                then min(attempts.file_id)
        end as file_id
    from attempts
    inner join identified_evaluations using (evaluation_id)
    where not identified_evaluations.is_reported
    group by evaluation_id, attempts.benchmark
)

select * from final
