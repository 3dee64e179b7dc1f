-- Grain: one row per refused record, or per file that was refused.
with

quarantined_records as (
    select * from {{ ref('stg_loads__quarantined_records') }}
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

final as (
    select
        file_id,
        quarantined_records.position,
        files.path,
        quarantined_records.line,
        quarantined_records.reason_code,
        quarantined_records.detail,
        quarantined_records.record_excerpt
    from quarantined_records
    left join files using (file_id)
)

select * from final
