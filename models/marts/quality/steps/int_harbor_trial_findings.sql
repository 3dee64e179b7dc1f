-- Grain: one row per finding about trials of a job of Harbor.
with

trials as (
    select * from {{ ref('int_harbor_trials_identified') }}
),

staged_trials as (
    select * from {{ ref('stg_harbor__trials') }}
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

unnamed_rewards as (
    select
        'several_rewards' as finding_code,
        source,
        evaluation_id as subject,
        count(distinct attempt_id) || ' trial(s) have several rewards and none '
        || 'is named `reward`, so they have no score' as detail
    from trials
    where has_unnamed_rewards
    group by source, evaluation_id
),

invalid_rewards as (
    select
        'invalid_reward' as finding_code,
        source,
        evaluation_id as subject,
        count(distinct attempt_id) || ' trial(s) have a reward that does not '
        || 'count by Harbor''s error policy, such as after '
        || coalesce(min(exception_type), 'no exception') as detail
    from trials
    where has_invalid_reward
    group by source, evaluation_id
),

regraded_trials as (
    select
        'regraded_trials' as finding_code,
        source,
        evaluation_id as subject,
        count(distinct attempt_id) || ' trial(s) were judged in another job '
        || 'too, whose verdict counts' as detail
    from trials
    where is_regraded
    group by source, evaluation_id
),

unknown_exceptions as (
    select
        'unknown_exception' as finding_code,
        source,
        evaluation_id as subject,
        count(distinct attempt_id) || ' trial(s) ended in an exception that '
        || 'seeds/harbor_exceptions.csv does not know, such as '
        || min(exception_type) || '; they are errors, and a reward beside one '
        || 'counts unless its file says that it does not' as detail
    from trials
    where exception_type is not null and not is_known_exception
    group by source, evaluation_id
),

differing_checksums as (
    select
        'task_checksum_differs' as finding_code,
        source,
        {{ escaped('benchmark', '/') }} || '/' || task_id as subject,
        'tasks of this name have ' || count(distinct task_checksum)
        || ' different contents' as detail
    from trials
    group by source, benchmark, task_id
    having count(distinct task_checksum) > 1
),

spellings as (
    {{ several_model_names('trials') }}
),

impossible_times as (
    select
        'impossible_times' as finding_code,
        staged_trials.source,
        file_id as subject,
        min(files.path) || ': the agent ends before it starts or over a year '
        || 'later; its latency is unknown' as detail
    from staged_trials
    inner join files using (file_id)
    where staged_trials.has_impossible_times
    group by staged_trials.source, file_id
),

final as (
    {{ union_findings([
        'unnamed_rewards',
        'invalid_rewards',
        'regraded_trials',
        'unknown_exceptions',
        'differing_checksums',
        'spellings',
        'impossible_times',
    ]) }}
)

select * from final
