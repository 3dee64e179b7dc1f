-- Grain: one row per finding, source and subject: what a user should know
-- about the data before publishing a number from it.
with

files as (
    select * from {{ ref('stg_loads__files') }}
),

quarantined_records as (
    select * from {{ ref('stg_loads__quarantined_records') }}
),

repeated_attempts as (
    select * from {{ ref('int_attempts_repeated') }}
),

agents as (
    select * from {{ ref('agents') }}
),

hal_findings as (
    select * from {{ ref('int_hal_findings') }}
),

metr_findings as (
    select * from {{ ref('int_metr_findings') }}
),

finding_kinds as (
    select * from {{ ref('finding_kinds') }}
),

attempts as (
    select * from {{ ref('attempts') }}
),

refused_files as (
    select
        'refused_file' as finding_code,
        coalesce(files.source, 'unknown') as source,
        files.file_id as subject,
        files.path || ': ' || quarantined_records.detail as detail,
        'error' as severity
    from files
    inner join quarantined_records
        on files.file_id = quarantined_records.file_id
    where files.status = 'refused'
),

quarantined_reasons as (
    select
        'quarantined_records' as finding_code,
        files.source,
        files.file_id || ':' || quarantined_records.reason_code as subject,
        min(files.path) || ': ' || count(*) || ' record(s), '
        || quarantined_records.reason_code
        || coalesce(
            ', the first in line ' || min(quarantined_records.line),
            ', one at ' || min(quarantined_records.position)
        ) as detail,
        'error' as severity
    from files
    inner join quarantined_records
        on files.file_id = quarantined_records.file_id
    where files.status <> 'refused'
    group by files.source, files.file_id, quarantined_records.reason_code
),

duplicate_attempt_ids as (
    select
        'duplicate_attempt_id' as finding_code,
        source,
        attempt_id as subject,
        case
            when is_conflicting
                then
                    record_count || ' files disagree about it; none is counted'
            else record_count || ' files hold it alike; one is counted'
        end as detail,
        case when is_conflicting then 'error' else 'note' end as severity
    from repeated_attempts
),

unmapped_agents as (
    select
        'unmapped_agent' as finding_code,
        source,
        agent as subject,
        attempt_count
        || case
            when source = 'hal' and match_rule is null
                then ' attempt(s) stand for a scaffold of their own; add a rule'
            when source = 'metr_horizon'
                then ' attempt(s) count for a model of that name; add its name'
            when model = 'unknown'
                then ' attempt(s) count for the model `unknown`; add a rule'
            else ' attempt(s) count for the scaffold `unknown`; add a rule'
        end
        || ' to seeds/' as detail,
        'warning' as severity
    from agents
    where
        model = 'unknown'
        -- The horizon runs do not say their scaffold.
        or (source in ('hal', 'metr_horizon') and match_rule is null)
        or (source = 'metr' and scaffold = 'unknown')
),

differing_human_minutes as (
    select
        'human_minutes_differs' as finding_code,
        source,
        {{ escaped('benchmark', '/') }} || '/' || task_id as subject,
        'from ' || min(human_minutes) || ' to ' || max(human_minutes)
        || ' minutes inside one task; the least is used' as detail,
        'warning' as severity
    from attempts
    group by source, benchmark, task_id
    having min(human_minutes) < max(human_minutes)
),

all_findings as (
    select * from refused_files
    union all
    select * from quarantined_reasons
    union all
    select * from duplicate_attempt_ids
    union all
    select * from unmapped_agents
    union all
    select * from differing_human_minutes
    union all
    select * from hal_findings
    union all
    select * from metr_findings
),

final as (
    select
        all_findings.finding_code,
        all_findings.source,
        all_findings.subject,
        row_number() over (
            order by
                case all_findings.severity
                    when 'error' then 1
                    when 'warning' then 2
                    else 3
                end,
                finding_kinds.position,
                all_findings.source,
                all_findings.subject
        ) as finding_rank,
        all_findings.severity,
        all_findings.detail,
        finding_kinds.what_to_do
    from all_findings
    left join finding_kinds
        on all_findings.finding_code = finding_kinds.finding_code
)

select * from final
