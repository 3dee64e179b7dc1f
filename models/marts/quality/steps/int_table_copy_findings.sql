-- Grain: one row per finding about a table of attempts of which copies were
-- loaded: its rows are in other files too, or count as two benchmarks.
with

attempts as (
    select * from {{ ref('stg_table__attempts') }}
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

repeated_attempts as (
    select * from {{ ref('int_attempts_repeated') }}
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

not_kept as (
    select
        attempts.source,
        attempts.file_id,
        count(*) as row_count,
        min(repeated_attempts.kept_file_id) as kept_file_id
    from attempts
    inner join repeated_attempts
        on attempts.attempt_id = repeated_attempts.attempt_id
    where attempts.file_id <> repeated_attempts.kept_file_id
    group by attempts.source, attempts.file_id
),

duplicate_rows as (
    select
        'duplicate_rows' as finding_code,
        not_kept.source,
        not_kept.file_id as subject,
        not_kept.row_count || ' of its attempts are also in other files, such '
        || 'as ' || files.path || '; they count once' as detail
    from not_kept
    inner join files
        on not_kept.kept_file_id = files.file_id
),

two_benchmarks as (
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
),

final as (
    {{ union_findings(['duplicate_rows', 'two_benchmarks']) }}
)

select * from final
