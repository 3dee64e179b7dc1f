-- Grain: one row per finding about a HAL evaluation, task or model name.
with

attempts as (
    select * from {{ ref('attempts') }}
),

evaluations as (
    select * from {{ ref('evaluations') }}
),

hal_evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

hal_evaluation_totals as (
    select * from {{ ref('int_hal_evaluation_totals') }}
),

hal_traces_repeated as (
    select * from {{ ref('int_hal_traces_repeated') }}
),

hal_task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

hal_task_latencies as (
    select * from {{ ref('int_hal_task_latencies') }}
),

hal_notes as (
    select * from {{ ref('stg_hal__notes') }}
),

corrections as (
    select * from {{ ref('corrections') }}
),

excluded_models as (
    select * from {{ ref('excluded_models') }}
),

unmapped_models as (
    select
        'unmapped_model' as finding_code,
        source,
        coalesce(base_model, 'unknown') as subject,
        count(*) || ' evaluation(s) name the model so; add the name to '
        || 'seeds/hal_model_aliases.csv, else other spellings are other models'
            as detail,
        'warning' as severity
    from hal_evaluations
    where not is_known_model
    group by source, coalesce(base_model, 'unknown')
),

unread_dates as (
    select
        'unreadable_date' as finding_code,
        source,
        evaluation_id as subject,
        'config.date is no day like 2025-04-23, so nobody knows which prices'
        || ' held' as detail,
        'warning' as severity
    from hal_evaluations
    where is_date_unread
),

excluded as (
    select
        'excluded_model' as finding_code,
        evaluations.source,
        evaluations.model as subject,
        count(*) || ' evaluation(s) are not on the leaderboard: '
        || min(evaluations.exclusion_reason) as detail,
        'note' as severity
    from evaluations
    inner join excluded_models
        on
            evaluations.source = excluded_models.source
            and evaluations.model = excluded_models.model
    group by evaluations.source, evaluations.model
),

without_accuracy as (
    select
        'no_accuracy' as finding_code,
        source,
        evaluation_id as subject,
        'its results say no accuracy that can be read, so it is not on the'
        || ' leaderboard'
        || coalesce(
            '; ' || success_count || ' of ' || success_count + failure_count
            || ' tasks succeeded',
            ''
        ) as detail,
        'warning' as severity
    from evaluations
    where
        source = 'hal'
        and accuracy is null
),

most_tasks as (
    select
        benchmark,
        max(task_count) as task_count
    from evaluations
    where
        source = 'hal'
        and not is_excluded
        and accuracy is not null
    group by benchmark
),

-- Few tasks may be easy ones, and the leaderboard takes the best evaluation.
partial_evaluations as (
    select
        'few_tasks' as finding_code,
        evaluations.source,
        evaluations.evaluation_id as subject,
        evaluations.task_count || ' task(s) have an outcome, and '
        || most_tasks.task_count || ' in another evaluation of '
        || evaluations.benchmark || '; their accuracies are compared all the'
        || ' same' as detail,
        'warning' as severity
    from evaluations
    inner join most_tasks
        on evaluations.benchmark = most_tasks.benchmark
    where
        evaluations.source = 'hal'
        and not evaluations.is_excluded
        and evaluations.accuracy is not null
        and evaluations.task_count * 2 < most_tasks.task_count
),

ranked_models as (
    select distinct
        benchmark,
        model
    from evaluations
    where
        source = 'hal'
        and not is_excluded
        and accuracy is not null
),

benchmark_sizes as (
    select
        benchmark,
        count(*) as model_count
    from ranked_models
    group by benchmark
),

model_counts as (
    select count(distinct model) as model_count
    from ranked_models
),

disjoint_models as (
    select
        'no_shared_benchmark' as finding_code,
        'hal' as source,
        'hal' as subject,
        'none of ' || count(*) || ' benchmarks was run by all '
        || model_counts.model_count || ' models: the ranks of model_win_rates'
        || ' are over different benchmarks, and none has coverage `shared`'
            as detail,
        'warning' as severity
    from benchmark_sizes
    cross join model_counts
    group by model_counts.model_count
    having max(benchmark_sizes.model_count) < model_counts.model_count
),

duplicate_evaluation_ids as (
    select
        'duplicate_evaluation_id' as finding_code,
        'hal' as source,
        evaluation_id as subject,
        case
            when is_conflicting
                then
                    trace_count || ' traces of it disagree; none is counted'
            else trace_count || ' traces hold it; the fullest is counted'
        end as detail,
        case when is_conflicting then 'error' else 'note' end as severity
    from hal_traces_repeated
),

differing_accuracies as (
    select
        'accuracy_differs_from_outcomes' as finding_code,
        source,
        evaluation_id as subject,
        accuracy_metric || ' is ' || round(accuracy, 4) || ', but '
        || success_count || ' of ' || success_count + failure_count
        || ' tasks with an outcome succeeded' as detail,
        'warning' as severity
    from evaluations
    where
        source = 'hal'
        and abs(
            accuracy - success_count * 1e0 / (success_count + failure_count)
        )
        > {{ var('accuracy_tolerance') }}
),

tasks_in_both_lists as (
    select
        'task_in_both_lists' as finding_code,
        hal_evaluations.source,
        {{ hal_attempt_id(
            'hal_evaluations.evaluation_id', 'hal_task_results.task_id'
        ) }} as subject,
        'listed as successful and as failed; '
        || case
            when hal_task_results.score is null then 'not counted'
            else 'counted as its raw result says'
        end as detail,
        'warning' as severity
    from hal_evaluations
    inner join hal_task_results
        on
            hal_evaluations.file_id = hal_task_results.file_id
            and hal_evaluations.trace_number = hal_task_results.trace_number
    where hal_task_results.is_in_both_lists
),

zero_costs as (
    select
        'zero_cost_with_tokens' as finding_code,
        hal_evaluations.source,
        hal_evaluations.evaluation_id as subject,
        'its cost is 0, but it '
        || coalesce(
            'used ' || hal_evaluation_totals.known_token_count
            || ' tokens: its model had no price',
            'tried ' || evaluations.task_count || ' task(s)',
            'has an accuracy'
        ) as detail,
        'warning' as severity
    from hal_evaluations
    inner join hal_evaluation_totals
        on hal_evaluations.evaluation_id = hal_evaluation_totals.evaluation_id
    inner join evaluations
        on hal_evaluations.evaluation_id = evaluations.evaluation_id
    where
        hal_evaluations.total_cost_usd = 0
        and {{ has_used_tokens(
            'hal_evaluation_totals.known_token_count',
            'evaluations.task_count',
            'evaluations.accuracy',
        ) }}
),

evaluation_latencies as (
    select
        hal_evaluations.source,
        hal_evaluations.evaluation_id,
        count(*) as latency_count,
        count(*) filter (
            where
            hal_task_latencies.latency_seconds = 0
            and hal_task_latencies.call_count > 1
            and hal_task_latencies.task_id is not null
        ) as zero_count,
        count(hal_task_results.task_id) as task_count
    from hal_evaluations
    inner join hal_task_latencies
        on
            hal_evaluations.file_id = hal_task_latencies.file_id
            and hal_evaluations.trace_number = hal_task_latencies.trace_number
    left join hal_task_results
        on
            hal_task_latencies.file_id = hal_task_results.file_id
            and hal_task_latencies.trace_number = hal_task_results.trace_number
            and hal_task_latencies.task_id = hal_task_results.task_id
            and hal_task_results.score is not null
    group by hal_evaluations.source, hal_evaluations.evaluation_id
),

zero_latencies as (
    select
        'zero_latency_with_several_calls' as finding_code,
        source,
        evaluation_id as subject,
        zero_count || ' task(s) took no time in several model calls' as detail,
        'warning' as severity
    from evaluation_latencies
    where zero_count > 0
),

latencies_without_task as (
    select
        'latency_without_task' as finding_code,
        source,
        evaluation_id as subject,
        latency_count - task_count || ' of ' || latency_count
        || ' latencies are of no task with an outcome; they count in the mean'
            as detail,
        'note' as severity
    from evaluation_latencies
    where task_count < latency_count
),

-- A task that most evaluations of its benchmark do not know is another
-- benchmark's, or misspelt. Two evaluations alone cannot tell which is right.
benchmark_counts as (
    select
        benchmark,
        count(distinct evaluation_id) as evaluation_count
    from attempts
    where source = 'hal'
    group by benchmark
),

outside_tasks as (
    select
        'attempt_outside_known_tasks' as finding_code,
        attempts.source,
        {{ escaped('attempts.benchmark', '/') }} || '/' || attempts.task_id
            as subject,
        count(distinct attempts.evaluation_id) || ' of '
        || benchmark_counts.evaluation_count
        || ' evaluations of the benchmark have the task' as detail,
        'warning' as severity
    from attempts
    inner join benchmark_counts
        on attempts.benchmark = benchmark_counts.benchmark
    where
        attempts.source = 'hal'
        and benchmark_counts.evaluation_count > 2
    group by
        attempts.source,
        attempts.benchmark,
        attempts.task_id,
        benchmark_counts.evaluation_count
    having
        count(distinct attempts.evaluation_id) * 2
        < benchmark_counts.evaluation_count
),

loader_notes as (
    select
        hal_notes.note_code as finding_code,
        hal_evaluations.source,
        hal_evaluations.evaluation_id as subject,
        count(*) || ' time(s), as at '
        || coalesce(nullif(min(hal_notes.pointer), ''), 'the top') || ': '
        || min(hal_notes.detail) as detail,
        'note' as severity
    from hal_evaluations
    inner join hal_notes
        on
            hal_evaluations.file_id = hal_notes.file_id
            and hal_evaluations.trace_number = hal_notes.trace_number
    group by
        hal_notes.note_code,
        hal_evaluations.source,
        hal_evaluations.evaluation_id
),

applied_corrections as (
    select
        'corrected_value' as finding_code,
        hal_evaluations.source,
        corrections.subject || ':' || corrections.column_name as subject,
        'published as ' || coalesce(corrections.published_value, 'null')
        || case
            when {{ var('apply_corrections') }}
                then
                    ', read as '
                    || coalesce(corrections.corrected_value, 'null')
            else ' and left so'
        end
        || ': ' || corrections.reason as detail,
        'note' as severity
    from corrections
    inner join hal_evaluations
        on corrections.subject = hal_evaluations.evaluation_id
),

final as (
    select * from unmapped_models
    union all
    select * from unread_dates
    union all
    select * from excluded
    union all
    select * from without_accuracy
    union all
    select * from partial_evaluations
    union all
    select * from disjoint_models
    union all
    select * from duplicate_evaluation_ids
    union all
    select * from differing_accuracies
    union all
    select * from tasks_in_both_lists
    union all
    select * from zero_costs
    union all
    select * from zero_latencies
    union all
    select * from latencies_without_task
    union all
    select * from outside_tasks
    union all
    select * from loader_notes
    union all
    select * from applied_corrections
)

select * from final
