-- Grain: one row per finding about a file that was loaded or refused.
with

files as (
    select * from {{ ref('stg_loads__files') }}
),

quarantined_records as (
    select * from {{ ref('stg_loads__quarantined_records') }}
),

refused_files as (
    select
        'refused_file' as finding_code,
        coalesce(files.source, 'unknown') as source,
        file_id as subject,
        files.path || ': ' || quarantined_records.detail as detail
    from files
    inner join quarantined_records using (file_id)
    where files.status = 'refused'
),

quarantined_reasons as (
    select
        'quarantined_records' as finding_code,
        files.source,
        file_id || ':' || quarantined_records.reason_code as subject,
        min(files.path) || ': ' || count(*) || ' record(s), '
        || quarantined_records.reason_code
        || coalesce(
            ', the first in line ' || min(quarantined_records.line),
            ', one at ' || min(quarantined_records.position)
        ) as detail
    from files
    inner join quarantined_records using (file_id)
    where files.status <> 'refused'
    group by files.source, file_id, quarantined_records.reason_code
),

final as (
    {{ union_findings(['refused_files', 'quarantined_reasons']) }}
)

select * from final
