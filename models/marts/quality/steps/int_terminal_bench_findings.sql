-- Grain: one row per finding about a Terminal-Bench run.
with

runs as (
    select * from {{ ref('int_terminal_bench_runs') }}
),

staged_runs as (
    select * from {{ ref('stg_terminal_bench__runs') }}
),

trials as (
    select * from {{ ref('stg_terminal_bench__trials') }}
),

trial_runs as (
    select * from {{ ref('int_terminal_bench_trial_runs') }}
),

attempts as (
    select * from {{ ref('int_terminal_bench_attempts') }}
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

orphans as (
    select
        'trials_without_metadata' as finding_code,
        'terminal_bench' as source,
        evaluation_id as subject,
        count(distinct attempt_id)
        || ' trial(s) whose run_metadata.json is not loaded: agent and model '
        || 'are unknown' as detail
    from trial_runs
    where is_orphan
    group by evaluation_id
),

runs_with_attempts as (
    select distinct evaluation_id
    from attempts
),

empty_runs as (
    select
        'run_without_trials' as finding_code,
        runs.source,
        runs.evaluation_id as subject,
        'the run ' || runs.run_id || ' has no results.json among the files'
            as detail
    from runs
    left join runs_with_attempts
        on runs.evaluation_id = runs_with_attempts.evaluation_id
    where runs_with_attempts.evaluation_id is null
),

disagreeing_runs as (
    select
        'run_metadata_differs' as finding_code,
        source,
        evaluation_id as subject,
        count(distinct file_id) || ' files describe this run and differ; the '
        || 'first by its hash counts' as detail
    from staged_runs
    group by source, evaluation_id
    having
        min(run_id) <> max(run_id)
        or min(benchmark) <> max(benchmark)
        or min(agent_name) <> max(agent_name)
        or count(distinct coalesce(model_name, '')) > 1
        or count(distinct coalesce(cast(agent_settings as string), '')) > 1
),

spellings as (
    {{ several_model_names('runs') }}
),

named_by_folder as (
    select
        'agent_named_by_folder' as finding_code,
        source,
        agent as subject,
        count(*) || ' run(s) of ' || min(agent_name) || ' name no model; the '
        || 'folder of their submission tells them from others of that agent'
            as detail
    from runs
    where is_named_by_folder
    group by source, agent
),

impossible_times as (
    select
        'impossible_times' as finding_code,
        trials.source,
        file_id as subject,
        min(files.path) || ': ' || count(*) || ' trial(s) end before they '
        || 'start or over a year later, the first at '
        || coalesce(nullif(min(trials.pointer), ''), 'the top')
        || '; their latency is unknown' as detail
    from trials
    inner join files using (file_id)
    where trials.has_impossible_times
    group by trials.source, file_id
),

final as (
    {{ union_findings([
        'orphans',
        'empty_runs',
        'disagreeing_runs',
        'spellings',
        'named_by_folder',
        'impossible_times',
    ]) }}
)

select * from final
