-- Grain: one row per finding about an evaluation of any source.
with

evaluations as (
    select * from {{ ref('evaluations') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

excluded_evaluations as (
    select * from {{ ref('int_evaluations_excluded') }}
),

outcomes as (
    select * from {{ ref('int_evaluation_outcomes') }}
),

partial_credit_metrics as (
    select * from {{ ref('partial_credit_metrics') }}
),

reported_metrics as (
    select * from {{ ref('reported_metrics') }}
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
    inner join identified_evaluations
        on evaluations.evaluation_id = identified_evaluations.evaluation_id
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
            '; ' || success_count || ' of ' || (success_count + failure_count)
            || ' tasks succeeded',
            ''
        ) as detail
    from reported
    where accuracy is null
),

-- Compared in reported_metrics, by its own metric and reducer of repeats.
recomputed_accuracies as (
    select distinct
        evaluation_id,
        reported as reported_accuracy
    from reported_metrics
    where recomputed is not null
),

-- A mean with partial credit is not a share of tasks.
shares as (
    select reported.*
    from reported
    inner join outcomes
        on reported.evaluation_id = outcomes.evaluation_id
    left join partial_credit_metrics
        on
            reported.source = partial_credit_metrics.source
            and reported.accuracy_metric
            = partial_credit_metrics.accuracy_metric
    left join recomputed_accuracies
        on
            reported.evaluation_id = recomputed_accuracies.evaluation_id
            and reported.reported_accuracy
            = recomputed_accuracies.reported_accuracy
    where
        outcomes.partial_count = 0
        and recomputed_accuracies.evaluation_id is null
        and partial_credit_metrics.accuracy_metric is null
),

differing_accuracies as (
    select
        'accuracy_differs_from_outcomes' as finding_code,
        source,
        evaluation_id as subject,
        accuracy_metric || ' is ' || round(accuracy, 4) || ', but '
        || success_count || ' of ' || (success_count + failure_count)
        || ' tasks with an outcome succeeded' as detail
    from shares
    where
        abs(
            accuracy
            - success_count * 1e0 / nullif(success_count + failure_count, 0)
        )
        > {{ var('accuracy_tolerance') }}
        -- The metric may count known tasks without an outcome as failures.
        and abs(accuracy - success_count * task_share / task_count)
        > {{ var('accuracy_tolerance') }}
),

final as (
    {{ union_findings([
        'excluded_by_model',
        'excluded_otherwise',
        'without_accuracy',
        'differing_accuracies',
    ]) }}
)

select * from final
