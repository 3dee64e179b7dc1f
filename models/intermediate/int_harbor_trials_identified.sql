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

compared as (
    select
        *,
        min(case when not is_regraded then job_evaluation_id end)
            over (partition by first_evaluation_id) as first_counted_id,
        max(case when not is_regraded then job_evaluation_id end)
            over (partition by first_evaluation_id) as last_counted_id
    from first_judged
),

final as (
    select
        attempt_id,
        -- If other jobs judged only some of an evaluation's trials again, all
        -- count in it: each part would be an evaluation of some of the tasks.
        case
            when first_counted_id <> last_counted_id and not is_regraded
                then first_evaluation_id
            else job_evaluation_id
        end as evaluation_id,
        job_evaluation_id,
        file_id,
        source,
        benchmark,
        task_id,
        task_checksum,
        job_id,
        agent,
        agent_name,
        model_name,
        model,
        match_rule,
        reasoning_effort,
        agent_settings,
        eval_name,
        trial_name,
        is_regraded,
        exception_type,
        is_known_exception,
        reward,
        tells_reward_valid,
        has_invalid_reward,
        has_unnamed_rewards,
        score,
        status,
        episode_count,
        latency_seconds,
        has_impossible_times,
        input_tokens,
        cached_tokens,
        output_tokens,
        cost_usd,
        has_zero_cost,
        model_count,
        started_at
    from compared
)

select * from final
