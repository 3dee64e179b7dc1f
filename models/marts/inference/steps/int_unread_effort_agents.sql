-- Grain: one row per source, benchmark and agent whose evaluations differ in an
-- effort that no rule reads, so that they are not repeats of each other.
with

hal_findings as (
    select * from {{ ref('int_hal_effort_findings') }}
),

agent_setting_findings as (
    select * from {{ ref('int_agent_setting_findings') }}
),

evaluations as (
    select * from {{ ref('int_evaluations_unioned') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

findings as (
    select subject from hal_findings
    union
    select subject from agent_setting_findings
),

final as (
    select distinct
        identified_evaluations.source,
        evaluations.benchmark,
        identified_evaluations.agent_label as agent
    from findings
    inner join evaluations
        on findings.subject = evaluations.evaluation_id
    inner join identified_evaluations
        on findings.subject = identified_evaluations.evaluation_id
)

select * from final
