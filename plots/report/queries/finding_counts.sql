select severity, finding_code, source, count(*) as finding_count
from data_findings
group by severity, finding_code, source
order by min(finding_rank)
