-- Grain: one row per finding about a file of METR runs.
with

files as (
    select * from {{ ref('stg_loads__files') }}
),

warnings as (
    select * from {{ ref('stg_metr__warnings') }}
),

metr_runs as (
    select * from {{ ref('stg_metr__runs') }}
),

metr_horizon_runs as (
    select * from {{ ref('stg_metr_horizon__runs') }}
),

loader_warnings as (
    select
        warnings.warning_code as finding_code,
        files.source,
        file_id as subject,
        files.path || ': ' || warnings.detail || '; line ' || warnings.line
            as detail
    from files
    inner join warnings using (file_id)
),

extra_records as (
    select
        file_id,
        line,
        'raw.metr_runs' as raw_table
    from metr_runs
    where extra is not null
    union all
    select
        file_id,
        line,
        'raw.metr_horizon_runs' as raw_table
    from metr_horizon_runs
    where extra is not null
),

extra_fields as (
    select
        'extra_fields' as finding_code,
        files.source,
        file_id as subject,
        min(files.path) || ': ' || count(*)
        || ' record(s) have fields that the format does not define or that'
        || ' cannot be read, the first in line ' || min(extra_records.line)
        || '; the column extra of '
        || min(extra_records.raw_table) || ' keeps them, no view reads them'
            as detail
    from files
    inner join extra_records using (file_id)
    group by files.source, file_id
),

impossible_times as (
    select
        'impossible_times' as finding_code,
        files.source,
        file_id as subject,
        min(files.path) || ': ' || count(*)
        || ' run(s) end before they start or over a year later, or start before'
        || ' 1971 or after 2200, as times in seconds, micro- or nanoseconds do,'
        || ' the first in line ' || min(metr_horizon_runs.line)
        || '; their latency is unknown' as detail
    from files
    inner join metr_horizon_runs using (file_id)
    where metr_horizon_runs.has_impossible_times
    group by files.source, file_id
),

final as (
    {{ union_findings([
        'loader_warnings', 'extra_fields', 'impossible_times',
    ]) }}
)

select * from final
