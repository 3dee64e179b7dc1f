-- Grain: one row per source, benchmark and model: its best evaluation there.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by source, benchmark, model
            order by
                {{ is_partial_run() }} asc,
                accuracy desc,
                total_cost_usd asc nulls last,
                mean_latency_seconds asc nulls last,
                evaluation_id asc
        ) as accuracy_rank
    from evaluations
    where
        not is_excluded
        and accuracy is not null
),

final as (
    select
        source,
        benchmark,
        model,
        evaluation_id,
        scaffold,
        accuracy,
        total_cost_usd,
        mean_latency_seconds
    from ranked
    where accuracy_rank = 1
)

select * from final
