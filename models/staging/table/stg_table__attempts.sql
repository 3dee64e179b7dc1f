-- Grain: one row per row of a table of attempts and file.
with

source as (
    select * from {{ source('raw', 'table_attempts') }}
),

files as (
    select
        file_id,
        table_id
    from {{ source('raw', 'table_files') }}
),

joined as (
    select
        source.*,
        files.table_id
    from source
    inner join files
        on source.file_id = files.file_id
),

identified as (
    select
        *,
        {{ id_part('source') }} || ':' || {{ id_part('benchmark') }}
        || ':' || {{ id_part('agent') }} || ':' || {{ id_part('model') }}
        || ':' || {{ id_part('scaffold') }} || ':' || {{ id_part('effort') }}
        || ':' || {{ id_part('population') }}
        || case
            when evaluation <> '' then ':' || {{ id_part('evaluation') }}
            else ''
        end as evaluation_id
    from joined
),

renamed as (
    select
        ---------- ids
        evaluation_id || ':' || {{ id_part('task_id') }} || ':' || coalesce(
            {{ id_part('attempt') }},
            -- Padded to one length, so that ids sort in the order of the rows.
            table_id || '%' || lpad(cast(line as string), 12, '0')
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
        cast(attributes as string) as attributes,

        ---------- numerics
        line,
        score,
        action_count,
        human_minutes,
        latency_seconds,
        -- A part is never more than the whole; the total decides if it can.
        case
            when
                cache_read_tokens > input_tokens
                or cache_read_tokens > 0
                and total_tokens
                = input_tokens + output_tokens + cache_read_tokens
                then input_tokens + cache_read_tokens
            else input_tokens
        end as input_tokens,
        output_tokens,
        cache_read_tokens,
        total_tokens,
        cost_usd,

        ---------- booleans
        is_success as is_reported_success,

        ---------- timestamps
        cast(started_at as timestamp) as started_at
    from identified
)

select * from renamed
