select severity, finding_code, source, finding_count
from finding_totals
order by finding_rank
