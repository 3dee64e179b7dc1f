-- Grain: one row per trial record and file: its attempt, and the evaluation
-- that the attempt belongs to.
with

runs as (
    select * from {{ ref('int_terminal_bench_runs') }}
),

trials as (
    select * from {{ ref('stg_terminal_bench__trials') }}
),

run_folders as (
    select * from {{ ref('int_terminal_bench_run_folders') }}
),

-- Two runs with the same name differ only by their folders.
named_runs as (
    select
        run_id,
        min(evaluation_id) as evaluation_id
    from runs
    group by run_id
    having count(*) = 1
),

located as (
    select
        trials.attempt_id,
        trials.file_id,
        trials.pointer,
        trials.trial_name,
        trials.has_name_only,
        coalesce(named_runs.evaluation_id, run_folders.evaluation_id)
            as evaluation_id,
        coalesce(trials.run_id, 'file ' || trials.file_id) as run_name
    from trials
    left join named_runs
        on trials.run_id = named_runs.run_id
    left join run_folders
        on
            trials.file_id = run_folders.file_id
            and coalesce(trials.run_id, '') = run_folders.run_id
),

-- A copy of a trial in another folder belongs to the run of its other copy. But
-- a name without an id identifies a trial only within its run.
copies as (
    select
        *,
        case
            when has_name_only then coalesce(evaluation_id, run_name)
            else ''
        end as scope
    from located
),

trial_evaluations as (
    select
        attempt_id,
        scope,
        coalesce(
            min(evaluation_id), 'terminal_bench:' || min(run_name)
        ) as evaluation_id,
        min(evaluation_id) is null as is_orphan,
        min(run_name) as run_name
    from copies
    group by attempt_id, scope
),

identified as (
    select
        copies.attempt_id as staged_attempt_id,
        copies.file_id,
        copies.pointer,
        copies.trial_name,
        case
            when copies.has_name_only
                then trial_evaluations.evaluation_id || '/' || copies.trial_name
            else copies.attempt_id
        end as attempt_id,
        trial_evaluations.evaluation_id,
        trial_evaluations.is_orphan,
        trial_evaluations.run_name
    from copies
    inner join trial_evaluations
        on
            copies.attempt_id = trial_evaluations.attempt_id
            and copies.scope = trial_evaluations.scope
),

names_in_files as (
    select
        evaluation_id,
        trial_name,
        file_id,
        min(attempt_id) as attempt_id,
        count(*) as trial_count
    from identified
    where not is_orphan and trial_name is not null
    group by evaluation_id, trial_name, file_id
),

-- A run has only one trial of each name. If two files have it with different
-- ids, it was run again, and they are one attempt.
trials_run_again as (
    select
        evaluation_id,
        trial_name,
        min(attempt_id) as first_attempt_id
    from names_in_files
    group by evaluation_id, trial_name
    having count(distinct attempt_id) > 1 and max(trial_count) = 1
),

final as (
    select
        identified.staged_attempt_id,
        identified.file_id,
        identified.pointer,
        coalesce(trials_run_again.first_attempt_id, identified.attempt_id)
            as attempt_id,
        identified.evaluation_id,
        identified.is_orphan,
        identified.run_name
    from identified
    left join trials_run_again
        on
            identified.evaluation_id = trials_run_again.evaluation_id
            and identified.trial_name = trials_run_again.trial_name
)

select * from final
