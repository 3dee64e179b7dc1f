-- The subject of a finding is a thing of the kind that finding_kinds says, its
-- source one of those loaded, and its detail a sentence: text columns that were
-- swapped would otherwise pass for each other.
with

data_findings as (
    select * from {{ ref('data_findings') }}
),

finding_kinds as (
    select * from {{ ref('finding_kinds') }}
),

files as (
    select * from {{ ref('stg_loads__files') }}
),

attempts as (
    select * from {{ ref('int_attempts_unioned') }}
),

evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

evaluation_benchmarks as (
    select * from {{ ref('int_evaluations_unioned') }}
),

hal_evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

hal_task_results as (
    select * from {{ ref('stg_hal__task_results') }}
),

hal_traces_repeated as (
    select * from {{ ref('int_hal_traces_repeated') }}
),

model_costs as (
    select * from {{ ref('int_model_costs') }}
),

inspect_logs as (
    select * from {{ ref('stg_inspect__evaluations') }}
),

corrections as (
    select * from {{ ref('corrections') }}
),

quarantined_records as (
    select * from {{ ref('stg_loads__quarantined_records') }}
),

table_columns as (
    select * from {{ ref('stg_table__columns') }}
),

-- A row of local/ may be about a source of which nothing is loaded.
unmatched_rows as (
    select * from {{ ref('int_unmatched_row_findings') }}
),

sources as (
    select coalesce(source, 'unknown') as source from files
    union
    select source from evaluations
    union
    select source from unmatched_rows
),

subjects as (
    select
        'source' as subject_kind,
        source as subject
    from sources
    union all
    select
        'seed' as subject_kind,
        subject
    from unmatched_rows
    union all
    select
        'file' as subject_kind,
        file_id as subject
    from files
    union all
    select
        'file' as subject_kind,
        file_id || ':' || reason_code as subject
    from quarantined_records
    union all
    select
        'file' as subject_kind,
        file_id || ':' || name as subject
    from table_columns
    union all
    select
        'evaluation' as subject_kind,
        evaluation_id as subject
    from evaluations
    union all
    select
        'evaluation' as subject_kind,
        evaluation_id as subject
    from hal_traces_repeated
    union all
    select
        'evaluation' as subject_kind,
        evaluation_id as subject
    from inspect_logs
    union all
    select
        'evaluation' as subject_kind,
        subject || ':' || column_name as subject
    from corrections
    union all
    select
        'attempt' as subject_kind,
        attempt_id as subject
    from attempts
    union all
    select
        'attempt' as subject_kind,
        {{ hal_attempt_id(
            'hal_evaluations.evaluation_id', 'hal_task_results.task_id'
        ) }} as subject
    from hal_evaluations
    inner join hal_task_results using (file_id, trace_number)
    union all
    select
        'task' as subject_kind,
        {{ escaped('benchmark', '/') }} || '/' || task_id as subject
    from attempts
    union all
    select
        'benchmark' as subject_kind,
        benchmark as subject
    from evaluation_benchmarks
    union all
    select
        'agent' as subject_kind,
        agent as subject
    from evaluations
    union all
    -- An agent on one benchmark.
    select
        'agent' as subject_kind,
        {{ escaped('attempts.benchmark', '/') }}
        || '/' || evaluations.agent_label as subject
    from attempts
    inner join evaluations using (evaluation_id)
    union all
    select
        'model' as subject_kind,
        model as subject
    from evaluations
    union all
    select
        'model' as subject_kind,
        coalesce(base_model, 'unknown') as subject
    from hal_evaluations
    union all
    select
        'scaffold' as subject_kind,
        scaffold as subject
    from evaluations
    union all
    select
        'model' as subject_kind,
        model as subject
    from model_costs
),

unknown_sources as (
    select
        data_findings.finding_code,
        data_findings.source,
        data_findings.subject,
        data_findings.detail
    from data_findings
    left join sources using (source)
    where sources.source is null
),

known_subjects as (
    select
        finding_kinds.finding_code,
        subjects.subject
    from finding_kinds
    inner join subjects
        on
            finding_kinds.subject_kind = subjects.subject_kind
            or (
                finding_kinds.subject_kind = 'record'
                and subjects.subject_kind in ('file', 'evaluation')
            )
            or (
                finding_kinds.subject_kind = 'name'
                and subjects.subject_kind
                in ('benchmark', 'task', 'agent', 'scaffold', 'model')
            )
    group by finding_kinds.finding_code, subjects.subject
),

unknown_subjects as (
    select
        data_findings.finding_code,
        data_findings.source,
        data_findings.subject,
        data_findings.detail
    from data_findings
    left join known_subjects using (finding_code, subject)
    where known_subjects.subject is null
)

{{ union_findings(['unknown_sources', 'unknown_subjects']) }}
union all
select
    finding_code,
    source,
    subject,
    detail
from data_findings
where not contains(detail, ' ')
