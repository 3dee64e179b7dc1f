-- Grain: one row per trial file and folder that it is in.
with

trials as (
    select * from {{ ref('stg_harbor__trials') }}
),

file_paths as (
    select * from {{ ref('stg_loads__file_paths') }}
),

jobs as (
    select * from {{ ref('stg_harbor__jobs') }}
),

job_folders as (
    select
        file_paths.folder,
        min(jobs.job_id) as job_id
    from jobs
    inner join file_paths using (file_id)
    group by file_paths.folder
    having count(distinct jobs.job_id) = 1
),

final as (
    select
        trials.file_id,
        trials.attempt_id,
        file_paths.folder,
        job_folders.job_id as folder_job_id
    from trials
    inner join file_paths
        on trials.file_id = file_paths.file_id
    left join job_folders
        on
            regexp_replace(file_paths.folder, '[^/]+/$', '')
            = job_folders.folder
),

distinct_folders as (
    select distinct
        file_id,
        attempt_id,
        folder,
        folder_job_id
    from final
)

select * from distinct_folders
