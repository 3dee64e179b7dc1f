-- Grain: one row per kind of finding, source and severity that occurs.
with

data_findings as (
    select * from {{ ref('data_findings') }}
),

final as (
    select
        finding_code,
        source,
        severity,
        count(*) as finding_count,
        min(finding_rank) as finding_rank
    from data_findings
    group by finding_code, source, severity
)

select * from final
