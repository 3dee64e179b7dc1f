-- Grain: one row per source, benchmark and agent of which evaluations differ in
-- an effort that no rule reads, so that they are no repeats of each other.
with

findings as (
    select * from {{ ref('int_hal_effort_findings') }}
),

hal_evaluations as (
    select * from {{ ref('int_hal_evaluations_identified') }}
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

final as (
    select distinct
        identified_evaluations.source,
        hal_evaluations.benchmark,
        identified_evaluations.agent_label as agent
    from findings
    inner join hal_evaluations
        on findings.subject = hal_evaluations.evaluation_id
    inner join identified_evaluations
        on findings.subject = identified_evaluations.evaluation_id
)

select * from final
