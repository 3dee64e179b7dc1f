-- Grain: one row per finding about an Inspect log.
with

evaluations as (
    select * from {{ ref('int_inspect_evaluations_identified') }}
),

logs as (
    select * from {{ ref('int_inspect_logs_resolved') }}
),

staged_evaluations as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

samples as (
    select * from {{ ref('int_inspect_samples_judged') }}
),

warnings as (
    select * from {{ ref('stg_inspect__warnings') }}
),

repeated_logs as (
    select
        case
            when bool_or(is_conflicting) then 'conflicting_evaluation_id'
            else 'duplicate_evaluation_id'
        end as finding_code,
        'inspect' as source,
        evaluation_id as subject,
        count(*)
        || case
            when bool_or(is_conflicting)
                then ' logs of this run disagree; none is counted'
            else ' logs hold the same run; the most complete is counted'
        end as detail
    from logs
    where copy_count > 1
    group by evaluation_id
),

superseded as (
    select
        'superseded_evaluation' as finding_code,
        source,
        evaluation_id as subject,
        'a later run of the same task took over; its attempts are not counted'
            as detail
    from evaluations
    where is_superseded
),

partial_runs as (
    select
        'partial_run' as finding_code,
        source,
        evaluation_id as subject,
        'it ran only some of the samples' as detail
    from evaluations
    where is_partial
),

variants as (
    select
        evaluations.source,
        evaluations.evaluation_id,
        evaluations.benchmark,
        coalesce(staged_evaluations.task_version, '') || ' '
        || coalesce(cast(staged_evaluations.task_args as string), '')
            as variant
    from evaluations
    inner join staged_evaluations using (file_id)
),

differing_tasks as (
    select
        'task_arguments_differ' as finding_code,
        source,
        min(evaluation_id) as subject,
        count(distinct variant) || ' versions or arguments of the task '
        || benchmark || ' count as one benchmark' as detail
    from variants
    group by source, benchmark
    having count(distinct variant) > 1
),

odd_scores as (
    select
        evaluations.source,
        evaluations.evaluation_id,
        count(*) filter (where samples.is_out_of_range) as out_of_range_count,
        count(*) filter (where samples.is_unreadable) as unreadable_count,
        count(*) filter (where samples.is_invalidated) as invalidated_count,
        min(case when samples.is_out_of_range then samples.score_text end)
            as out_of_range_example,
        min(case when samples.is_unreadable then samples.score_text end)
            as unreadable_example
    from evaluations
    inner join samples using (file_id)
    group by evaluations.source, evaluations.evaluation_id
),

scores_out_of_range as (
    select
        'score_out_of_range' as finding_code,
        source,
        evaluation_id as subject,
        out_of_range_count || ' score(s) are not between 0 and 1, such as '
        || left(out_of_range_example, 60) || ', and count as unknown; '
        || 'seeds/inspect_score_scales.csv can say the scale' as detail
    from odd_scores
    where out_of_range_count > 0
),

unreadable_scores as (
    select
        'unreadable_score' as finding_code,
        source,
        evaluation_id as subject,
        unreadable_count || ' score(s) are not one number, such as '
        || left(unreadable_example, 60)
        || ', and count as unknown; Inspect counts a text or a list that is no'
        || ' number as 0, and each key of an object by itself' as detail
    from odd_scores
    where unreadable_count > 0
),

invalidated_samples as (
    select
        'invalidated_sample' as finding_code,
        source,
        evaluation_id as subject,
        invalidated_count || ' sample(s) were declared invalid: they have no '
        || 'score here, and the metrics of the log count them' as detail
    from odd_scores
    where invalidated_count > 0
),

loader_warnings as (
    select
        warnings.warning_code as finding_code,
        evaluations.source,
        evaluations.evaluation_id as subject,
        count(*) || ' time(s), for example at '
        || coalesce(nullif(min(warnings.pointer), ''), 'the top') || ': '
        || min(warnings.detail) as detail
    from evaluations
    inner join warnings using (file_id)
    group by
        warnings.warning_code, evaluations.source, evaluations.evaluation_id
),

final as (
    {{ union_findings([
        'repeated_logs',
        'superseded',
        'partial_runs',
        'differing_tasks',
        'scores_out_of_range',
        'unreadable_scores',
        'invalidated_samples',
        'loader_warnings',
    ]) }}
)

select * from final
