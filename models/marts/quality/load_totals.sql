-- Grain: one row per source that a file was read for, and one for all of them.
with

load_report as (
    select * from {{ ref('load_report') }}
),

counted as (
    select
        coalesce(source, 'unknown') as source,
        record_count,
        loaded_count,
        quarantined_count
    from load_report
    union all
    select
        '*' as source,
        record_count,
        loaded_count,
        quarantined_count
    from load_report
),

final as (
    select
        source,
        count(*) as file_count,
        cast(sum(record_count) as bigint) as record_count,
        cast(sum(loaded_count) as bigint) as loaded_count,
        cast(sum(quarantined_count) as bigint) as quarantined_count
    from counted
    group by source
)

select * from final
