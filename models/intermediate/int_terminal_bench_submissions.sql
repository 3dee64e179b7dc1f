-- Grain: one row per run that names no model: the folder of its submission.
-- The leaderboard's folders begin with a date, such as 20250923_droid;
-- otherwise it is the folder around the run's folder.
with

runs as (
    select * from {{ ref('stg_terminal_bench__runs') }}
    where model_name is null
),

file_paths as (
    select * from {{ ref('stg_loads__file_paths') }}
),

located as (
    select
        runs.evaluation_id,
        runs.agent_name,
        file_paths.folder,
        regexp_extract(
            file_paths.folder, '^.*/([0-9]{8}_[^/]*)/.*$', 1
        ) as dated_folder,
        regexp_replace(file_paths.folder, '[^/]+/$', '') as around_folder
    from runs
    inner join file_paths using (file_id)
),

-- Any of several copies will do.
submitted as (
    select
        evaluation_id,
        agent_name,
        min(
            case
                when dated_folder <> '' then dated_folder
                else
                    coalesce(
                        nullif(
                            regexp_extract(
                                around_folder, '^.*/([^/]+)/$', 1
                            ),
                            ''
                        ),
                        around_folder
                    )
            end
        ) as submission
    from located
    group by evaluation_id, agent_name
),

submission_counts as (
    select
        agent_name,
        count(distinct submission) as submission_count
    from submitted
    group by agent_name
),

final as (
    select
        submitted.evaluation_id,
        agent_name,
        submitted.submission,
        submission_counts.submission_count
    from submitted
    inner join submission_counts using (agent_name)
)

select * from final
