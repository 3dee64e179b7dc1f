select
    coalesce(source, 'all sources') as source,
    count(*) as file_count,
    sum(record_count)::bigint as record_count,
    sum(loaded_count)::bigint as loaded_count,
    sum(quarantined_count)::bigint as quarantined_count
from load_report
group by grouping sets ((), (source))
having count(*) > 0
order by grouping(source) desc, source
