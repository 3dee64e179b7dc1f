select severity, finding_code, source, subject, detail
from data_findings
order by
    array_position(['error', 'warning', 'note'], severity), finding_code, source,
    subject
limit 2000
