-- Grain: one row per trial record and file.
with

source as (
    select
        *,
        coalesce(input_tokens, 0) + coalesce(output_tokens, 0)
        + coalesce(cached_tokens, 0) > 0 as has_tokens,
        {{ is_impossible_duration('agent_seconds') }} as has_impossible_times,
        {{ configured_effort_columns(
            ['agent_settings'], agent_setting_places(), ['reasoning_effort']
        ) }}
    from {{ source('raw', 'harbor_trials') }}
),

renamed as (
    select
        ---------- ids
        'harbor:' || trial_id as attempt_id,
        file_id,
        job_id,
        'harbor:' || source_trial_id as source_attempt_id,
        'harbor' as source,
        coalesce(nullif(trim(dataset), ''), 'adhoc') as benchmark,
        task_name as task_id,
        task_checksum,
        agent_name,
        nullif(nullif(trim(agent_version), ''), 'unknown') as agent_version,
        nullif(trim(model_name), '') as model_name,
        nullif(trim(model_provider), '') as model_provider,
        {{ configured_effort() }} as reasoning_effort,

        ---------- text
        pointer,
        trial_name,
        exception_type,
        rewards,
        agent_settings,
        extra,

        ---------- numerics
        reward_count,
        reward,
        step_count,
        model_count,
        episode_count,
        -- An agent that does not count tokens writes only zeros.
        -- A count above the input is in addition to it.
        case
            when has_tokens and cached_tokens > input_tokens
                then input_tokens + cached_tokens
            when has_tokens then input_tokens
        end as input_tokens,
        case when has_tokens then cached_tokens end as cached_tokens,
        case when has_tokens then output_tokens end as output_tokens,
        nullif(cost_usd, 0) as cost_usd,
        case when not has_impossible_times then agent_seconds end
            as latency_seconds,

        ---------- booleans
        is_reward_valid,
        coalesce(cost_usd = 0, false) as has_zero_cost,
        has_impossible_times,

        ---------- timestamps
        {{ utc_timestamp('started_at') }} as started_at
    from source
)

select * from renamed
