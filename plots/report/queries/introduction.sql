with files as (
    select
        source,
        count(*) as file_count,
        cast(sum(quarantined_count) as bigint) as quarantined_count,
        min(loaded_at) as first_loaded_at,
        max(loaded_at) as last_loaded_at
    from load_report
    group by source
)

select
    source_totals.source,
    source_totals.evaluation_count,
    source_totals.attempt_count,
    source_totals.model_count,
    files.file_count,
    files.quarantined_count,
    strftime(files.first_loaded_at at time zone 'UTC', '%Y-%m-%d %H:%M')
        as first_loaded_at,
    strftime(files.last_loaded_at at time zone 'UTC', '%Y-%m-%d %H:%M')
        as last_loaded_at
from source_totals
inner join files
    on source_totals.source = files.source
order by source_totals.source
