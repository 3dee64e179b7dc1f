-- Grain: one row per trial record and file.
with

source as (
    select
        *,
        coalesce(nullif(lower(trim(failure_mode)), ''), 'none') as cause,
        coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0
            as has_tokens,
        {{ is_impossible_duration('agent_seconds') }} as has_impossible_times
    from {{ source('raw', 'terminal_bench_trials') }}
),

renamed as (
    select
        ---------- ids
        'terminal_bench:' || trial_id as attempt_id,
        file_id,
        run_id,
        'terminal_bench' as source,
        task_id,

        ---------- text
        pointer,
        trial_name,
        failure_mode,
        case
            when cause = 'agent_timeout' then 'timeout'
            when cause not in ('unset', 'none') then 'error'
            when is_resolved is null then 'unscored'
            else 'scored'
        end as status,
        extra,

        ---------- numerics
        case
            when is_resolved then 1e0
            when not is_resolved then 0e0
        end as score,
        -- The harness writes 0 and 0 if nothing was counted.
        case when has_tokens then input_tokens end as input_tokens,
        case when has_tokens then output_tokens end as output_tokens,
        case when not has_impossible_times then agent_seconds end
            as latency_seconds,

        ---------- booleans
        coalesce(trial_id = trial_name, false) as has_name_only,
        is_resolved as is_reported_success,
        has_impossible_times,

        ---------- timestamps
        {{ utc_timestamp('coalesce(agent_started_at, trial_started_at)') }}
            as started_at
    from source
)

select * from renamed
