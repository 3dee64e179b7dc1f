-- Grain: one row per trial that has trajectories: the agent's steps in them.
with

trials as (
    select * from {{ ref('stg_harbor__trials') }}
),

trial_folders as (
    select * from {{ ref('int_harbor_trial_folders') }}
),

trajectories as (
    select * from {{ ref('stg_harbor__trajectories') }}
),

file_paths as (
    select * from {{ ref('stg_loads__file_paths') }}
),

located as (
    select
        trajectories.agent_step_count,
        file_paths.folder,
        -- The folder of a trial, or of one of its steps.
        regexp_replace(file_paths.folder, 'agent/$', '') as part_folder,
        regexp_replace(file_paths.path, '^.*/', '') as file_name
    from trajectories
    inner join file_paths using (file_id)
),

-- Agents also write other trajectories, of summaries and subagents.
own as (
    select
        agent_step_count,
        part_folder,
        regexp_replace(part_folder, 'steps/[^/]+/$', '') as trial_folder
    from located
    where
        folder like '%/agent/'
        and (
            file_name = 'trajectory.json'
            or file_name like 'trajectory.cont-%.json'
        )
),

by_folder as (
    select
        trial_folder,
        sum(case when part_folder = trial_folder then agent_step_count end)
            as trial_action_count,
        sum(case when part_folder <> trial_folder then agent_step_count end)
            as step_action_count,
        count(
            distinct case when part_folder <> trial_folder then part_folder end
        ) as step_count
    from own
    group by trial_folder
),

by_trial_folder as (
    select
        trials.attempt_id,
        cast(
            coalesce(
                by_folder.trial_action_count,
                -- A count over only some of the steps would be too low.
                case
                    when by_folder.step_count >= trials.step_count
                        then by_folder.step_action_count
                end
            ) as bigint
        ) as action_count
    from trials
    inner join trial_folders
        on trials.file_id = trial_folders.file_id
    inner join by_folder
        on trial_folders.folder = by_folder.trial_folder
),

final as (
    select
        attempt_id,
        -- Copies that disagree are not used.
        case
            when min(action_count) = max(action_count) then min(action_count)
        end as action_count
    from by_trial_folder
    group by attempt_id
)

select * from final
