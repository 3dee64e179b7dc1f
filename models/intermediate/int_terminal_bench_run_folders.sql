-- Grain: one row per file of trials and run named in it, if exactly one such
-- run has the file in its folder. A trial's own file is two folders below.
with

runs as (
    select * from {{ ref('stg_terminal_bench__runs') }}
),

trials as (
    select * from {{ ref('stg_terminal_bench__trials') }}
),

file_paths as (
    select * from {{ ref('stg_loads__file_paths') }}
),

run_folders as (
    select
        runs.evaluation_id,
        runs.run_id,
        file_paths.folder
    from runs
    inner join file_paths
        on runs.file_id = file_paths.file_id
),

-- Trials that name no run may belong to any.
runs_in_files as (
    select distinct
        file_id,
        coalesce(run_id, '') as run_id
    from trials
),

trial_folders as (
    select
        runs_in_files.file_id,
        runs_in_files.run_id,
        file_paths.folder
    from runs_in_files
    inner join file_paths
        on runs_in_files.file_id = file_paths.file_id
    union
    select
        runs_in_files.file_id,
        runs_in_files.run_id,
        regexp_replace(file_paths.folder, '[^/]+/[^/]+/$', '') as folder
    from runs_in_files
    inner join file_paths
        on runs_in_files.file_id = file_paths.file_id
),

final as (
    select
        trial_folders.file_id,
        trial_folders.run_id,
        min(run_folders.evaluation_id) as evaluation_id
    from trial_folders
    inner join run_folders
        on
            trial_folders.folder = run_folders.folder
            and trial_folders.run_id in (run_folders.run_id, '')
    group by trial_folders.file_id, trial_folders.run_id
    having count(distinct run_folders.evaluation_id) = 1
)

select * from final
