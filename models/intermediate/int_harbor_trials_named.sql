-- Grain: one row per Harbor trial record and file: its job, agent, model, score
-- and status.
with

trials as (
    select * from {{ ref('stg_harbor__trials') }}
),

trial_folders as (
    select * from {{ ref('int_harbor_trial_folders') }}
),

exceptions as (
    select * from {{ ref('harbor_exceptions') }}
),

model_aliases as (
    select * from {{ ref('harbor_model_aliases') }}
),

-- Trials of old jobs lack it.
folder_jobs as (
    select
        attempt_id,
        min(folder_job_id) as job_id
    from trial_folders
    group by attempt_id
    having count(distinct folder_job_id) = 1
),

named as (
    select
        trials.*,
        coalesce(trials.job_id, folder_jobs.job_id, 'unknown job') as job,
        trials.model_provider || '/' || trials.model_name as full_name,
        coalesce(
            with_provider.model,
            without_provider.model,
            regexp_replace(trials.model_name, '^.*/', '')
        ) as base_model,
        coalesce(with_provider.alias, without_provider.alias) as match_rule,
        exceptions.exception_type is not null as is_known_exception,
        case
            when trials.exception_type is not null
                then coalesce(exceptions.status, 'error')
        end as exception_status,
        coalesce(
            trials.is_reward_valid,
            exceptions.is_reward_valid,
            true
        ) as counts_reward
    from trials
    left join folder_jobs
        on trials.attempt_id = folder_jobs.attempt_id
    left join exceptions
        on trials.exception_type = exceptions.exception_type
    left join model_aliases as with_provider
        on
            trials.model_provider || '/' || trials.model_name
            = with_provider.alias
    left join model_aliases as without_provider
        on
            {{ maker_model_name(
                "regexp_replace(trials.model_name, '^.*/', '')"
            ) }} = without_provider.alias
),

-- An agent's version is found out when it is installed, so a trial that failed
-- before then lacks it. It has that of the job's other trials.
versioned as (
    select
        *,
        min(agent_version) over (partition by job, agent_name)
            as first_version,
        max(agent_version) over (partition by job, agent_name)
            as last_version
    from named
),

labelled as (
    select
        *,
        coalesce(
            agent_version,
            case when first_version = last_version then first_version end
        ) as known_version,
        base_model || coalesce(' ' || reasoning_effort, '') as model,
        case when counts_reward then reward end as score
    from versioned
),

final as (
    select
        attempt_id,
        source_attempt_id,
        'harbor:' || {{ escaped('job', '/') }}
        || '/' || {{ escaped('agent_name', '/') }}
        || '/' || {{ escaped("coalesce(known_version, '')", '/') }}
        || '/' || {{ escaped(
            "coalesce(full_name, model_name, '')", '/'
        ) }}
        || '/' || {{ escaped("coalesce(reasoning_effort, '')", '/') }}
        || '/' || {{ escaped('benchmark', '/') }} as job_evaluation_id,
        file_id,
        source,
        benchmark,
        task_id,
        task_checksum,
        job as job_id,
        agent_name || coalesce('@' || known_version, '')
        || coalesce('/' || model, '') as agent,
        agent_name,
        model_name,
        model,
        match_rule,
        reasoning_effort,
        agent_settings,
        -- The name that a job's result.json uses for its totals.
        agent_name || coalesce('__' || model_name, '') || '__' || benchmark
            as eval_name,
        trial_name,
        exception_type,
        is_known_exception,
        reward,
        is_reward_valid is not null as tells_reward_valid,
        reward is not null and score is null as has_invalid_reward,
        reward_count > 1 and reward is null as has_unnamed_rewards,
        score,
        coalesce(
            exception_status,
            case when score is null then 'unscored' else 'scored' end
        ) as status,
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
    from labelled
)

select * from final
