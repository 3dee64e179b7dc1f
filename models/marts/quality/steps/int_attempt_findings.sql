-- Grain: one row per finding about an attempt or a task of any source.
with

attempts as (
    select * from {{ ref('attempts') }}
),

repeated_attempts as (
    select * from {{ ref('int_attempts_repeated') }}
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

resolved_facts as (
    select * from {{ ref('int_task_facts_resolved') }}
),

evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

-- Copies of tables are one finding for each file.
repeated_attempt_ids as (
    select
        case
            when repeated_attempts.is_conflicting then 'conflicting_attempt_id'
            else 'duplicate_attempt_id'
        end as finding_code,
        repeated_attempts.source,
        repeated_attempts.attempt_id as subject,
        repeated_attempts.record_count
        || case
            when repeated_attempts.is_conflicting
                then ' files disagree about it; none is counted'
            else ' files hold the same record; one is counted'
        end as detail
    from repeated_attempts
    left join files
        on repeated_attempts.kept_file_id = files.file_id
    where coalesce(files.format, '') <> 'table'
),

differing_human_minutes as (
    select
        'human_minutes_differs' as finding_code,
        source,
        {{ escaped('benchmark', '/') }} || '/' || task_id as subject,
        'from ' || min(human_minutes) || ' to ' || max(human_minutes)
        || ' minutes inside one task; `tasks` and time horizons use the '
        || 'smallest' as detail
    from attempts
    group by source, benchmark, task_id
    having min(human_minutes) < max(human_minutes)
),

differing_families as (
    select
        'task_family_differs' as finding_code,
        source,
        {{ escaped('benchmark', '/') }} || '/' || task_id as subject,
        'its attempts give ' || task_family || ' and ' || other_family || '; '
        || task_family || ' is used' as detail
    from resolved_facts
    where other_family is not null
),

-- An evaluation reported by its source ran the benchmark's tasks; one derived
-- from attempts may have any of them.
reported_attempts as (
    select
        attempts.source,
        attempts.benchmark,
        attempts.task_id,
        evaluation_id
    from attempts
    inner join evaluations using (evaluation_id)
    where evaluations.is_reported
),

benchmark_counts as (
    select
        source,
        benchmark,
        count(distinct evaluation_id) as evaluation_count
    from reported_attempts
    group by source, benchmark
),

task_counts as (
    select
        source,
        benchmark,
        task_id,
        count(distinct evaluation_id) as evaluation_count
    from reported_attempts
    group by source, benchmark, task_id
),

-- A task that most evaluations of its benchmark lack belongs to another
-- benchmark, or is misspelt. With only two evaluations, either may be right.
outside_tasks as (
    select
        'attempt_outside_known_tasks' as finding_code,
        source,
        {{ escaped('benchmark', '/') }} || '/' || task_counts.task_id
            as subject,
        task_counts.evaluation_count || ' of '
        || benchmark_counts.evaluation_count
        || ' evaluations of the benchmark have this task' as detail
    from task_counts
    inner join benchmark_counts using (source, benchmark)
    where
        benchmark_counts.evaluation_count > 2
        and task_counts.evaluation_count * 2 < benchmark_counts.evaluation_count
),

final as (
    {{ union_findings([
        'repeated_attempt_ids',
        'differing_human_minutes',
        'differing_families',
        'outside_tasks',
    ]) }}
)

select * from final
