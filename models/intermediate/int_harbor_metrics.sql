-- Grain: one row per evaluation and number that its job reports: the reported
-- number, and the one that its trials give.
with

metrics as (
    select * from {{ ref('stg_harbor__metrics') }}
),

trials as (
    select * from {{ ref('int_harbor_trials_identified') }}
),

attempts as (
    select * from {{ ref('attempts') }}
),

-- A job counts what it judged itself, also where another one has judged it
-- again since. Of copies of a trial one is used.
counted_files as (
    select
        attempt_id,
        file_id
    from attempts
    union
    select
        attempt_id,
        min(file_id) as file_id
    from trials
    where is_regraded
    group by attempt_id
),

-- A job's numbers are by agent, model and data set; all versions and efforts of
-- one name share a number. Old versions of Harbor write no slash.
named_trials as (
    select
        trials.job_evaluation_id as evaluation_id,
        trials.task_id,
        trials.reward,
        trials.score,
        trials.tells_reward_valid,
        {{ escaped('trials.job_id', '/') }} || '/'
        || replace(trials.eval_name, '/', '-') as group_id
    from trials
    inner join counted_files
        on
            trials.attempt_id = counted_files.attempt_id
            and trials.file_id = counted_files.file_id
),

versions as (
    select
        group_id,
        bool_or(tells_reward_valid) as has_error_policy
    from named_trials
    group by group_id
),

-- Harbor counts trials with a valid reward. Before it had an error policy it
-- counted all: a missing reward as 0, and a reward in spite of any exception.
kept_trials as (
    select
        named_trials.evaluation_id,
        named_trials.task_id,
        group_id,
        case
            when versions.has_error_policy then named_trials.score
            else coalesce(named_trials.reward, 0e0)
        end as score
    from named_trials
    inner join versions using (group_id)
),

reported as (
    select
        {{ escaped('job_id', '/') }} || '/'
        || replace(eval_name, '/', '-') as group_id,
        metric,
        k,
        -- Copies of a job that disagree are not used.
        case when min(value) = max(value) then min(value) end as reported
    from metrics
    group by job_id, replace(eval_name, '/', '-'), metric, k
),

-- Not those whose trials all count in another one.
evaluations as (
    select distinct
        group_id,
        evaluation_id
    from kept_trials
    where evaluation_id in (select attempts.evaluation_id from attempts)
),

wanted as (
    select
        group_id,
        k
    from reported
    where metric = 'pass_at_k'
),

task_outcomes as (
    select
        group_id,
        task_id,
        count(*) as attempt_count,
        count(case when score >= 1 then 1 end) as success_count
    from kept_trials
    where score is not null
    group by group_id, task_id
),

{{ pass_at_k_ctes() }},

sums as (
    select
        group_id,
        {{ exact_mean('score') }} as mean_score,
        {{ exact_sum('score', 18) }} as sum_score,
        min(score) as min_score,
        max(score) as max_score
    from kept_trials
    group by group_id
),

final as (
    select
        'harbor' as source,
        evaluations.evaluation_id,
        'reward' as scorer,
        case when reported.metric = 'pass_at_k' then 'mean' else reported.metric
        end as metric,
        coalesce('pass_at_' || reported.k, 'mean') as reducer,
        reported.reported,
        case reported.metric
            when 'pass_at_k' then pass_at_k.value
            when 'mean' then sums.mean_score
            when 'sum' then sums.sum_score
            when 'min' then sums.min_score
            when 'max' then sums.max_score
        end as recomputed,
        count(*) over (
            partition by reported.group_id, reported.metric, reported.k
        ) = 1 as is_of_one_evaluation
    from reported
    inner join evaluations
        on reported.group_id = evaluations.group_id
    left join sums
        on reported.group_id = sums.group_id
    left join pass_at_k
        on
            reported.group_id = pass_at_k.group_id
            and reported.k = pass_at_k.k
)

select * from final
