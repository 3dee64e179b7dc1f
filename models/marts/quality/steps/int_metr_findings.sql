-- Grain: one row per finding about a file of METR runs.
with

files as (
    select * from {{ ref('stg_loads__files') }}
),

metr_notes as (
    select * from {{ ref('stg_metr__notes') }}
),

metr_runs as (
    select * from {{ ref('stg_metr__runs') }}
),

metr_horizon_runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

loader_notes as (
    select
        metr_notes.note_code as finding_code,
        files.source,
        files.file_id as subject,
        files.path || ': ' || metr_notes.detail || '; line ' || metr_notes.line
            as detail,
        case
            when metr_notes.note_code = 'no_last_newline' then 'warning'
            else 'note'
        end as severity
    from files
    inner join metr_notes
        on files.file_id = metr_notes.file_id
),

extra_records as (
    select
        file_id,
        line
    from metr_runs
    where extra is not null
    union all
    select
        file_id,
        line
    from metr_horizon_runs
    where extra is not null
),

extra_fields as (
    select
        'extra_fields' as finding_code,
        files.source,
        files.file_id as subject,
        min(files.path) || ': ' || count(*)
        || ' record(s) hold fields that the format does not know, the first in'
        || ' line ' || min(extra_records.line) || '; the column extra of raw.'
        || case
            when files.source = 'metr' then 'metr_runs' else 'metr_horizon_runs'
        end
        || ' keeps them, no view reads them' as detail,
        'note' as severity
    from files
    inner join extra_records
        on files.file_id = extra_records.file_id
    group by files.source, files.file_id
),

impossible_times as (
    select
        'impossible_times' as finding_code,
        files.source,
        files.file_id as subject,
        min(files.path) || ': ' || count(*)
        || ' run(s) end before they start, or start in 1970 as times in seconds'
        || ' do, the first in line ' || min(metr_horizon_runs.line)
        || '; their latency is unknown' as detail,
        'warning' as severity
    from files
    inner join metr_horizon_runs
        on files.file_id = metr_horizon_runs.file_id
    where metr_horizon_runs.has_impossible_times
    group by files.source, files.file_id
),

final as (
    select * from loader_notes
    union all
    select * from extra_fields
    union all
    select * from impossible_times
)

select * from final
