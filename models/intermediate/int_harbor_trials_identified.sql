-- Grain: one row per Harbor trial record and file, with the evaluation in which
-- its verdict counts.
-- `job_evaluation_id` is the one of which its own job reports numbers.
with

trials as (
    select * from {{ ref('int_harbor_trials_named') }}
),

-- A regrade judges the same work as the original trial, so only one of them
-- counts: the latest with a verdict, else the original.
judged_again as (
    select
        trials.attempt_id,
        trials.source_attempt_id,
        max(case when sources.attempt_id is not null then 1 else 0 end)
            as has_source,
        max(case when trials.reward is not null then 1 else 0 end)
            as has_verdict,
        row_number() over (
            partition by trials.source_attempt_id
            order by
                max(case when trials.reward is not null then 1 else 0 end) desc,
                max(trials.started_at) desc nulls last,
                trials.attempt_id desc
        ) as recency
    from trials
    left join trials as sources
        on trials.source_attempt_id = sources.attempt_id
    where trials.source_attempt_id is not null
    group by trials.attempt_id, trials.source_attempt_id
),

regraded as (
    select source_attempt_id as attempt_id
    from judged_again
    where recency = 1 and has_verdict = 1
    union
    select attempt_id
    from judged_again
    where recency > 1 or (has_verdict = 0 and has_source = 1)
),

sources as (
    select
        attempt_id,
        min(job_evaluation_id) as job_evaluation_id,
        min(agent) as agent,
        min(benchmark) as benchmark
    from trials
    group by attempt_id
),

first_judged as (
    select
        trials.*,
        regraded.attempt_id is not null as is_regraded,
        coalesce(sources.job_evaluation_id, trials.job_evaluation_id)
            as first_evaluation_id
    from trials
    left join regraded
        on trials.attempt_id = regraded.attempt_id
    left join sources
        on
            trials.source_attempt_id = sources.attempt_id
            and trials.agent = sources.agent
            and trials.benchmark = sources.benchmark
),

-- If other jobs judged only some of an evaluation's trials again, all count in
-- it: each part by itself would be an evaluation of some of the tasks.
partly_regraded as (
    select first_evaluation_id
    from first_judged
    where not is_regraded
    group by first_evaluation_id
    having count(distinct job_evaluation_id) > 1
),

final as (
    select
        first_judged.*,
        coalesce(
            partly_regraded.first_evaluation_id,
            first_judged.job_evaluation_id
        ) as evaluation_id
    from first_judged
    left join partly_regraded
        on
            first_judged.first_evaluation_id
            = partly_regraded.first_evaluation_id
            and not first_judged.is_regraded
)

select * from final
