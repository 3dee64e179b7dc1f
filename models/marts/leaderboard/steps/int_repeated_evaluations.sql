-- Grain: one row per repeats (`best` or `mean`) and evaluation that counts in
-- its cell: a model and scaffold on a benchmark.
with

evaluations as (
    select * from {{ ref('evaluations') }}
    where
        not is_excluded
        and accuracy is not null
),

-- Complete evaluations come first, and are not averaged with partial ones.
ranked as (
    select
        *,
        {{ is_partial_run() }} as is_partial,
        min(case when {{ is_partial_run() }} then 1 else 0 end) over (
            partition by source, benchmark, scaffold, model
        ) as least_partial,
        row_number() over (
            partition by source, benchmark, scaffold, model
            order by
                {{ is_partial_run() }} asc,
                {{ comparable('accuracy', 'share') }} desc,
                total_cost_usd asc nulls last,
                mean_latency_seconds asc nulls last,
                evaluation_id asc
        ) as accuracy_rank
    from evaluations
),

counted as (
    select
        'best' as repeats,
        ranked.*
    from ranked
    where ranked.accuracy_rank = 1
    union all
    select
        'mean' as repeats,
        ranked.*
    from ranked
    where case when ranked.is_partial then 1 else 0 end = ranked.least_partial
),

final as (
    select
        repeats,
        source,
        benchmark,
        scaffold,
        model,
        evaluation_id,
        accuracy,
        total_cost_usd,
        mean_latency_seconds,
        is_partial,
        count(*) over (
            partition by repeats, source, benchmark, scaffold, model
        ) <= {{ var('win_rate_most_repeats') }} as is_drawn
    from counted
)

select * from final
