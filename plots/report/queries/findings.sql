select severity, finding_code, source, subject, detail
from data_findings
order by finding_rank
limit 2000
