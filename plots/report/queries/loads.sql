select
    if(grouping(source) = 1, 'all sources', coalesce(source, 'unknown')) as source,
    count(*) as file_count,
    cast(sum(record_count) as bigint) as record_count,
    cast(sum(loaded_count) as bigint) as loaded_count,
    cast(sum(quarantined_count) as bigint) as quarantined_count
from load_report
group by rollup (source)
having count(*) > 0
order by grouping(source) desc, coalesce(load_report.source, 'unknown')
