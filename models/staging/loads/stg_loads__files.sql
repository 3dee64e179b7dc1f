-- Grain: one row per file that was loaded or refused.
with

source as (
    select * from {{ source('raw', 'files') }}
),

-- The user names the source of a table of attempts.
tables as (
    select
        file_id,
        source as table_source
    from {{ source('raw', 'table_files') }}
),

joined as (
    select
        source.*,
        tables.table_source
    from source
    left join tables
        on source.file_id = tables.file_id
),

renamed as (
    select
        ---------- ids
        file_id,

        case format
            when 'hal' then 'hal'
            when 'inspect' then 'inspect'
            when 'harbor' then 'harbor'
            when 'terminal-bench' then 'terminal_bench'
            when 'metr-yaml' then 'metr'
            when 'metr-jsonl' then 'metr_horizon'
            when 'table' then coalesce(table_source, 'table')
        end as source,

        ---------- text
        path,
        format,
        sha256,
        status,
        loader_version,
        note,

        ---------- numerics
        size_bytes,
        record_count,
        loaded_count,
        quarantined_count,

        ---------- timestamps
        loaded_at
    from joined
)

select * from renamed
