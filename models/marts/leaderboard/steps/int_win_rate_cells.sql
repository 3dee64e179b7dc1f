-- Grain: one row per basis, source, benchmark, scaffold and model that is
-- compared by accuracy, with the evaluation that it is compared by.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

best_evaluations as (
    select * from {{ ref('best_evaluations') }}
),

ranked_in_scaffold as (
    select
        *,
        row_number() over (
            partition by source, benchmark, scaffold, model
            order by
                {{ is_partial_run() }} asc, accuracy desc, evaluation_id asc
        ) as accuracy_rank
    from evaluations
    where
        not is_excluded
        and accuracy is not null
),

final as (
    select
        'max_accuracy' as basis,
        source,
        benchmark,
        '*' as scaffold,
        model,
        evaluation_id,
        accuracy
    from best_evaluations
    union all
    select
        'scaffold' as basis,
        source,
        benchmark,
        scaffold,
        model,
        evaluation_id,
        accuracy
    from ranked_in_scaffold
    where accuracy_rank = 1
)

select * from final
