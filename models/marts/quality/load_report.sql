-- Grain: one row per file that was loaded or refused.
with

files as (
    select * from {{ ref('stg_loads__files') }}
),

quarantined_records as (
    select * from {{ ref('stg_loads__quarantined_records') }}
),

reason_counts as (
    select
        file_id,
        reason_code,
        count(*) as record_count,
        row_number() over (
            partition by file_id order by count(*) desc, reason_code
        ) as reason_rank
    from quarantined_records
    group by file_id, reason_code
),

final as (
    select
        files.file_id,
        files.source,
        files.path,
        files.format,
        files.status,
        files.sha256,
        files.size_bytes,
        files.record_count,
        files.loaded_count,
        files.quarantined_count,
        reason_counts.reason_code as main_reason_code,
        reason_counts.record_count as main_reason_count,
        files.loader_version,
        files.note,
        files.loaded_at
    from files
    left join reason_counts
        on
            files.file_id = reason_counts.file_id
            and reason_counts.reason_rank = 1
)

select * from final
