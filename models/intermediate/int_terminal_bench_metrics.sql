-- Grain: one row per run and number that its results.json reports, or its
-- metadata if there is none: the reported number, and the one that its trials
-- give.
with

results as (
    select * from {{ ref('stg_terminal_bench__results') }}
),

runs as (
    select * from {{ ref('stg_terminal_bench__runs') }}
),

reported_pass_at_k as (
    select * from {{ ref('stg_terminal_bench__pass_at_k') }}
),

trial_runs as (
    select * from {{ ref('int_terminal_bench_trial_runs') }}
),

attempts as (
    select * from {{ ref('attempts') }}
),

-- A file with the trials of two runs is the total of neither.
files_of_one_run as (
    select
        trial_runs.file_id,
        min(trial_runs.evaluation_id) as evaluation_id
    from trial_runs
    group by trial_runs.file_id
    having count(distinct trial_runs.evaluation_id) = 1
),

summed_up as (
    select
        files_of_one_run.evaluation_id,
        results.accuracy
    from results
    inner join files_of_one_run using (file_id)
),

reported as (
    select
        evaluation_id,
        cast(null as bigint) as k,
        accuracy as value
    from summed_up
    where accuracy is not null
    union all
    select distinct
        runs.evaluation_id,
        cast(null as bigint) as k,
        runs.accuracy as value
    from runs
    inner join attempts
        on runs.evaluation_id = attempts.evaluation_id
    left join summed_up
        on runs.evaluation_id = summed_up.evaluation_id
    where runs.accuracy is not null and summed_up.evaluation_id is null
    union all
    select
        files_of_one_run.evaluation_id,
        reported_pass_at_k.k,
        reported_pass_at_k.value
    from reported_pass_at_k
    inner join files_of_one_run using (file_id)
),

agreed as (
    select
        evaluation_id,
        k,
        -- Copies that disagree are not used.
        case when min(value) = max(value) then min(value) end as reported
    from reported
    group by evaluation_id, k
),

wanted as (
    select
        evaluation_id as group_id,
        k
    from agreed
    where k is not null
),

-- As in the harness, a trial without a verdict is a failure.
task_outcomes as (
    select
        evaluation_id as group_id,
        task_id,
        count(*) as attempt_count,
        count(case when score >= 1 then 1 end) as success_count
    from attempts
    group by evaluation_id, task_id
),

{{ pass_at_k_ctes() }},

accuracies as (
    select
        group_id,
        sum(success_count) * 1e0 / sum(attempt_count) as accuracy
    from task_outcomes
    group by group_id
),

final as (
    select
        'terminal_bench' as source,
        agreed.evaluation_id,
        'tests' as scorer,
        'accuracy' as metric,
        coalesce('pass_at_' || agreed.k, 'mean') as reducer,
        agreed.reported,
        case
            when agreed.k is null then accuracies.accuracy
            else pass_at_k.value
        end as recomputed
    from agreed
    left join accuracies
        on agreed.evaluation_id = accuracies.group_id
    left join pass_at_k
        on
            agreed.evaluation_id = pass_at_k.group_id
            and agreed.k = pass_at_k.k
)

select * from final
