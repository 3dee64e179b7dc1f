-- Grain: one row per table of attempts that was loaded under two names and
-- counts as two benchmarks.
with

attempts as (
    select * from {{ ref('stg_table__attempts') }}
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

repeated_bytes as (
    select sha256
    from files
    where format = 'table'
    group by sha256
    having count(*) > 1
),

copied_files as (
    select
        files.file_id,
        files.sha256,
        files.path
    from files
    inner join repeated_bytes
        on files.sha256 = repeated_bytes.sha256
),

named_by_file as (
    select distinct
        copied_files.sha256,
        copied_files.path,
        attempts.source,
        attempts.file_id,
        attempts.benchmark
    from attempts
    inner join copied_files
        on attempts.file_id = copied_files.file_id
),

same_bytes as (
    select
        source,
        sha256,
        min(benchmark) as first_benchmark,
        max(benchmark) as last_benchmark,
        min(path) as first_path,
        max(path) as last_path
    from named_by_file
    group by source, sha256
    having
        count(distinct file_id) > 1
        and count(distinct benchmark) = count(*)
),

final as (
    select
        'same_rows_two_benchmarks' as finding_code,
        source,
        named_by_file.file_id as subject,
        same_bytes.first_path || ' and ' || same_bytes.last_path || ' hold the '
        || 'same bytes and count as the benchmarks '
        || same_bytes.first_benchmark || ' and ' || same_bytes.last_benchmark
            as detail
    from named_by_file
    inner join same_bytes using (source, sha256)
    where named_by_file.benchmark = same_bytes.last_benchmark
)

select * from final
