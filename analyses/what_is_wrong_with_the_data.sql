-- What should I know about the data before I publish a number?
-- Worst first. The study's file has no finding: every record is well-formed,
-- every agent string matches a rule, and difficulty is constant within a task.
with

data_findings as (
    select * from {{ ref('data_findings') }}
)

select
    severity,
    finding_code,
    source,
    subject,
    detail,
    what_to_do
from data_findings
order by finding_rank
