-- Grain: one row per finding, source and subject: what to know about the data
-- before publishing a number from it.
with

load_findings as (
    select * from {{ ref('int_load_findings') }}
),

attempt_findings as (
    select * from {{ ref('int_attempt_findings') }}
),

evaluation_findings as (
    select * from {{ ref('int_evaluation_findings') }}
),

comparability_findings as (
    select * from {{ ref('int_comparability_findings') }}
),

cost_findings as (
    select * from {{ ref('int_cost_findings') }}
),

rate_findings as (
    select * from {{ ref('int_rate_findings') }}
),

name_findings as (
    select * from {{ ref('int_name_findings') }}
),

look_alike_findings as (
    select * from {{ ref('int_look_alike_findings') }}
),

metr_findings as (
    select * from {{ ref('int_metr_findings') }}
),

hal_trace_findings as (
    select * from {{ ref('int_hal_trace_findings') }}
),

hal_effort_findings as (
    select * from {{ ref('int_hal_effort_findings') }}
),

hal_task_findings as (
    select * from {{ ref('int_hal_task_findings') }}
),

inspect_findings as (
    select * from {{ ref('int_inspect_findings') }}
),

terminal_bench_findings as (
    select * from {{ ref('int_terminal_bench_findings') }}
),

harbor_job_findings as (
    select * from {{ ref('int_harbor_job_findings') }}
),

harbor_trial_findings as (
    select * from {{ ref('int_harbor_trial_findings') }}
),

agent_setting_findings as (
    select * from {{ ref('int_agent_setting_findings') }}
),

metric_findings as (
    select * from {{ ref('int_metric_findings') }}
),

table_findings as (
    select * from {{ ref('int_table_findings') }}
),

table_copy_findings as (
    select * from {{ ref('int_table_copy_findings') }}
),

unmatched_row_findings as (
    select * from {{ ref('int_unmatched_row_findings') }}
),

finding_kinds as (
    select * from {{ ref('finding_kinds') }}
),

all_findings as (
    {{ union_findings([
        'load_findings',
        'attempt_findings',
        'evaluation_findings',
        'comparability_findings',
        'cost_findings',
        'rate_findings',
        'name_findings',
        'look_alike_findings',
        'metr_findings',
        'hal_trace_findings',
        'hal_effort_findings',
        'hal_task_findings',
        'inspect_findings',
        'terminal_bench_findings',
        'harbor_job_findings',
        'harbor_trial_findings',
        'agent_setting_findings',
        'metric_findings',
        'table_findings',
        'table_copy_findings',
        'unmatched_row_findings',
    ]) }}
),

final as (
    select
        finding_code,
        all_findings.source,
        all_findings.subject,
        row_number() over (
            order by
                case finding_kinds.severity
                    when 'error' then 1
                    when 'warning' then 2
                    else 3
                end,
                finding_kinds.position,
                all_findings.source,
                all_findings.subject
        ) as finding_rank,
        finding_kinds.severity,
        all_findings.detail,
        finding_kinds.what_to_do
    from all_findings
    left join finding_kinds using (finding_code)
)

select * from final
