-- Grain: one row per finding about an evaluation of any source, or about the
-- models of several.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

excluded_models as (
    select * from {{ ref('excluded_models') }}
),

excluded as (
    select
        'excluded_model' as finding_code,
        source,
        model as subject,
        count(*) || ' evaluation(s) are not on the leaderboard: '
        || min(evaluations.exclusion_reason) as detail
    from evaluations
    inner join excluded_models using (source, model)
    group by source, model
),

reported as (
    select evaluations.*
    from evaluations
    inner join identified_evaluations using (evaluation_id)
    where identified_evaluations.is_reported
),

without_accuracy as (
    select
        'no_accuracy' as finding_code,
        source,
        evaluation_id as subject,
        'its results have no accuracy that can be read, so it is not on the'
        || ' leaderboard'
        || coalesce(
            '; ' || success_count || ' of ' || success_count + failure_count
            || ' tasks succeeded',
            ''
        ) as detail
    from reported
    where accuracy is null
),

differing_accuracies as (
    select
        'accuracy_differs_from_outcomes' as finding_code,
        source,
        evaluation_id as subject,
        accuracy_metric || ' is ' || round(accuracy, 4) || ', but '
        || success_count || ' of ' || success_count + failure_count
        || ' tasks with an outcome succeeded' as detail
    from reported
    where
        abs(
            accuracy
            - success_count * 1e0 / nullif(success_count + failure_count, 0)
        )
        > {{ var('accuracy_tolerance') }}
),

ranked as (
    select * from reported
    where
        not is_excluded
        and accuracy is not null
),

most_tasks as (
    select
        source,
        benchmark,
        max(task_count) as task_count
    from ranked
    group by source, benchmark
),

-- Few tasks may be easy ones, and the leaderboard takes the best evaluation.
partial_evaluations as (
    select
        'few_tasks' as finding_code,
        source,
        ranked.evaluation_id as subject,
        ranked.task_count || ' task(s) have an outcome, but '
        || most_tasks.task_count || ' in another evaluation of ' || benchmark
        || '; the accuracies are compared nevertheless' as detail
    from ranked
    inner join most_tasks using (source, benchmark)
    where ranked.task_count * 2 < most_tasks.task_count
),

benchmark_sizes as (
    select
        source,
        benchmark,
        count(distinct model) as model_count
    from ranked
    group by source, benchmark
),

model_counts as (
    select
        source,
        count(distinct model) as model_count
    from ranked
    group by source
),

disjoint_models as (
    select
        'no_shared_benchmark' as finding_code,
        source,
        source as subject,
        'none of ' || count(*) || ' benchmarks was run by all '
        || model_counts.model_count || ' models: the ranks in model_win_rates'
        || ' cover different benchmarks, and none has coverage `shared`'
            as detail
    from benchmark_sizes
    inner join model_counts using (source)
    group by source, model_counts.model_count
    having max(benchmark_sizes.model_count) < model_counts.model_count
),

final as (
    {{ union_findings([
        'excluded',
        'without_accuracy',
        'differing_accuracies',
        'partial_evaluations',
        'disjoint_models',
    ]) }}
)

select * from final
