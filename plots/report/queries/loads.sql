select
    if(source = '*', 'all sources', source) as source,
    file_count,
    record_count,
    loaded_count,
    quarantined_count
from load_totals
order by load_totals.source
