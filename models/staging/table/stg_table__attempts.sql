-- Grain: one row per row of a table of attempts and file.
with

source as (
    select * from {{ source('raw', 'table_attempts') }}
),

identified as (
    select
        *,
        {{ id_part('source') }} || ':' || {{ id_part('benchmark') }}
        || ':' || {{ id_part('agent') }} || ':' || {{ id_part('model') }}
        || ':' || {{ id_part('scaffold') }} || ':' || {{ id_part('effort') }}
        || ':' || {{ id_part('population') }} as evaluation_id
    from source
),

renamed as (
    select
        ---------- ids
        evaluation_id || ':' || {{ id_part('task_id') }} || ':' || coalesce(
            {{ id_part('attempt') }},
            file_id || '%' || cast(attempt_number as string)
        ) as attempt_id,
        evaluation_id,
        file_id,
        source,
        benchmark,
        task_id,
        agent,
        model,
        scaffold,
        effort as reasoning_effort,
        population,

        ---------- text
        task_family,
        attempt,
        status,
        attributes,

        ---------- numerics
        line,
        attempt_number,
        score,
        action_count,
        human_minutes,
        latency_seconds,
        input_tokens,
        output_tokens,
        cost_usd,

        ---------- timestamps
        cast(started_at as timestamp) as started_at
    from identified
)

select * from renamed
