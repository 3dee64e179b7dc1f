-- Grain: one row per finding about a job of Harbor.
with

trials as (
    select * from {{ ref('int_harbor_trials_identified') }}
),

staged_trials as (
    select * from {{ ref('stg_harbor__trials') }}
),

trial_folders as (
    select * from {{ ref('int_harbor_trial_folders') }}
),

jobs as (
    select * from {{ ref('stg_harbor__jobs') }}
),

configs as (
    select * from {{ ref('stg_harbor__configs') }}
    where kind = 'trial'
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

file_paths as (
    select * from {{ ref('stg_loads__file_paths') }}
),

-- Including refused results, which are other findings.
result_folders as (
    select distinct folder
    from file_paths
    where path like '%/result.json'
),

unfinished_configs as (
    select
        configs.file_id,
        coalesce(configs.job_id, 'unknown') as job_id,
        min(file_paths.path) as first_path
    from configs
    inner join file_paths
        on configs.file_id = file_paths.file_id
    left join trial_folders
        on file_paths.folder = trial_folders.folder
    left join result_folders
        on file_paths.folder = result_folders.folder
    -- Also if a copy of the trial has its result elsewhere.
    left join staged_trials
        on
            configs.name = staged_trials.trial_name
            and configs.job_id = staged_trials.job_id
    where staged_trials.trial_name is null
    group by configs.file_id, configs.job_id
    having count(trial_folders.folder) = 0 and count(result_folders.folder) = 0
),

unfinished as (
    select
        'trials_without_result' as finding_code,
        'harbor' as source,
        min(file_id) as subject,
        count(*) || ' trial(s) of job ' || job_id || ' have a config.json and '
        || 'no result.json, such as ' || min(first_path)
        || ': they never ended, and Harbor does not count them' as detail
    from unfinished_configs
    group by job_id
),

loaded_counts as (
    select
        job_id,
        count(distinct attempt_id) as trial_count
    from trials
    group by job_id
),

told_counts as (
    select
        job_id,
        min(file_id) as file_id,
        max(trial_count) as trial_count
    from jobs
    group by job_id
),

missing as (
    select
        'trials_missing' as finding_code,
        'harbor' as source,
        told_counts.file_id as subject,
        'job ' || job_id || ' was to run '
        || told_counts.trial_count || ' trial(s), and the files have '
        || coalesce(loaded_counts.trial_count, 0) as detail
    from told_counts
    left join loaded_counts using (job_id)
    where told_counts.trial_count <> coalesce(loaded_counts.trial_count, 0)
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
        || 'too, and count there' as detail
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
        'unfinished',
        'missing',
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
