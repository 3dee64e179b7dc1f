-- Grain: one row per file of trials that is in the folder of exactly one run.
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

trial_files as (
    select distinct file_id
    from trials
),

final as (
    select
        trial_files.file_id,
        min(runs.evaluation_id) as evaluation_id,
        min(runs.run_id) as run_id
    from trial_files
    inner join file_paths
        on trial_files.file_id = file_paths.file_id
    inner join file_paths as neighbours
        on file_paths.folder = neighbours.folder
    inner join runs
        on neighbours.file_id = runs.file_id
    group by trial_files.file_id
    having count(distinct runs.evaluation_id) = 1
)

select * from final
