-- Grain: one row per finding about the trials that a job of Harbor should have.
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

file_paths as (
    select * from {{ ref('stg_loads__file_paths') }}
),

-- Including refused results: they are findings of their own.
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

planned_counts as (
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
        planned_counts.file_id as subject,
        'job ' || job_id || ' was to run '
        || planned_counts.trial_count || ' trial(s), and the files have '
        || coalesce(loaded_counts.trial_count, 0) as detail
    from planned_counts
    left join loaded_counts using (job_id)
    where planned_counts.trial_count <> coalesce(loaded_counts.trial_count, 0)
),

final as (
    {{ union_findings(['unfinished', 'missing']) }}
)

select * from final
