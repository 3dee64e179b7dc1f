-- Grain: one row per run whose results.json has an accuracy: what it says, and
-- what its trials give.
with

results as (
    select * from {{ ref('stg_terminal_bench__results') }}
),

trials as (
    select * from {{ ref('stg_terminal_bench__trials') }}
),

trial_runs as (
    select * from {{ ref('int_terminal_bench_trial_runs') }}
),

attempts as (
    select * from {{ ref('attempts') }}
),

-- A file with the trials of two runs sums up neither.
files_of_one_run as (
    select
        trials.file_id,
        min(trial_runs.evaluation_id) as evaluation_id
    from trials
    inner join trial_runs using (attempt_id)
    group by trials.file_id
    having count(distinct trial_runs.evaluation_id) = 1
),

reported_accuracies as (
    select
        files_of_one_run.evaluation_id,
        -- Copies that disagree say nothing.
        case
            when min(results.accuracy) = max(results.accuracy)
                then min(results.accuracy)
        end as reported
    from results
    inner join files_of_one_run using (file_id)
    where results.accuracy is not null
    group by files_of_one_run.evaluation_id
),

-- As the harness counts: a trial without a verdict is a failure.
recomputed_accuracies as (
    select
        evaluation_id,
        count(case when score >= 1 then 1 end) * 1e0 / count(*) as recomputed
    from attempts
    group by evaluation_id
),

final as (
    select
        'terminal_bench' as source,
        evaluation_id,
        'tests' as scorer,
        'accuracy' as metric,
        'mean' as reducer,
        reported_accuracies.reported,
        recomputed_accuracies.recomputed
    from reported_accuracies
    left join recomputed_accuracies using (evaluation_id)
)

select * from final
