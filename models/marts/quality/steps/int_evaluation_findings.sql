-- Grain: one row per finding about an evaluation of any source, or about the
-- models of several.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

unioned_evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

excluded_evaluations as (
    select * from {{ ref('int_evaluations_excluded') }}
),

excluded_by_model as (
    select
        'excluded_model' as finding_code,
        evaluations.source,
        evaluations.model as subject,
        count(*) || ' evaluation(s) are not on the leaderboard: '
        || min(excluded_evaluations.reason) as detail
    from evaluations
    inner join excluded_evaluations using (evaluation_id)
    where excluded_evaluations.seed = 'excluded_models'
    group by evaluations.source, evaluations.model
),

excluded_otherwise as (
    select
        'excluded_evaluation' as finding_code,
        evaluations.source,
        evaluation_id as subject,
        'it is not on the leaderboard: ' || excluded_evaluations.reason
            as detail
    from evaluations
    inner join excluded_evaluations using (evaluation_id)
    where excluded_evaluations.seed <> 'excluded_models'
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

zero_costs as (
    select
        'zero_cost_with_tokens' as finding_code,
        evaluations.source,
        evaluation_id as subject,
        'its cost is 0, but it '
        || coalesce(
            'used ' || unioned_evaluations.known_token_count
            || ' tokens: its model had no price',
            'tried ' || evaluations.task_count || ' task(s)',
            'has an accuracy'
        ) as detail
    from evaluations
    inner join unioned_evaluations using (evaluation_id)
    where
        unioned_evaluations.total_cost_usd = 0
        and {{ has_used_tokens(
            'unioned_evaluations.known_token_count',
            'evaluations.task_count',
            'evaluations.accuracy',
        ) }}
),

final as (
    {{ union_findings([
        'excluded_by_model',
        'excluded_otherwise',
        'without_accuracy',
        'differing_accuracies',
        'partial_evaluations',
        'disjoint_models',
        'zero_costs',
    ]) }}
)

select * from final
