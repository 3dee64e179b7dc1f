-- Grain: one row per run and number that its results.json reports, or else its
-- metadata: the reported number, and the one that its trials give.
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

-- In the order in which they count.
files_of_runs as (
    select
        file_id,
        evaluation_id,
        1 as preference
    from files_of_one_run
    union all
    select
        file_id,
        evaluation_id,
        2 as preference
    from runs
),

numbers as (
    select
        file_id,
        cast(null as bigint) as k,
        accuracy as value
    from results
    union all
    select
        file_id,
        cast(null as bigint) as k,
        accuracy as value
    from runs
    union all
    select
        file_id,
        k,
        value
    from reported_pass_at_k
),

reported as (
    select
        files_of_runs.evaluation_id,
        numbers.k,
        numbers.value,
        files_of_runs.preference,
        min(files_of_runs.preference) over (
            partition by files_of_runs.evaluation_id, numbers.k
        ) as least_preference
    from numbers
    inner join files_of_runs using (file_id)
    where numbers.k is not null or numbers.value is not null
),

with_attempts as (
    select distinct evaluation_id
    from attempts
),

agreed as (
    select
        evaluation_id,
        reported.k,
        -- Copies that disagree are not used.
        case
            when min(reported.value) = max(reported.value)
                then min(reported.value)
        end as reported
    from reported
    inner join with_attempts using (evaluation_id)
    where reported.preference = reported.least_preference
    group by evaluation_id, reported.k
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
