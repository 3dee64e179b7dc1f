-- Grain: one row per trial: the evaluation that it belongs to.
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

-- Two runs of one name are told apart by their folders only.
named_runs as (
    select
        run_id,
        min(evaluation_id) as evaluation_id
    from runs
    group by run_id
    having count(*) = 1
),

resolved as (
    select
        trials.attempt_id,
        coalesce(
            named_runs.evaluation_id,
            case
                when
                    trials.run_id is null
                    or trials.run_id = run_folders.run_id
                    then run_folders.evaluation_id
            end
        ) as evaluation_id,
        coalesce(trials.run_id, 'file ' || trials.file_id) as run_name
    from trials
    left join named_runs
        on trials.run_id = named_runs.run_id
    left join run_folders
        on trials.file_id = run_folders.file_id
),

-- A copy of a trial in a folder of its own belongs where its other copy does.
final as (
    select
        attempt_id,
        coalesce(
            min(evaluation_id), 'terminal_bench:' || min(run_name)
        ) as evaluation_id,
        min(evaluation_id) is null as is_orphan,
        min(run_name) as run_name
    from resolved
    group by attempt_id
)

select * from final
