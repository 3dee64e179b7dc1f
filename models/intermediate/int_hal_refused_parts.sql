-- Grain: one row per part of a HAL trace that is missing from a sum: a refused
-- record, or calls of a task that were counted but not logged.
-- A refused copy of a loaded record is not missing from any sum.
with

evaluations as (
    select * from {{ ref('stg_hal__evaluations') }}
),

quarantined_records as (
    select * from {{ ref('stg_loads__quarantined_records') }}
    where reason_code <> 'duplicate_record'
),

missing_calls as (
    select
        file_id,
        pointer as position
    from {{ ref('stg_hal__warnings') }}
    where warning_code = 'calls_missing'
),

lacking as (
    select
        file_id,
        position
    from quarantined_records
    union all
    select
        file_id,
        position
    from missing_calls
),

roots as (
    select
        file_id,
        trace_number,
        left(pointer, length(pointer) - length('/config')) as root
    from evaluations
),

-- In a zip the pointer begins with the trace's member.
located as (
    select
        file_id,
        roots.trace_number,
        lacking.position,
        substr(lacking.position, length(roots.root) + 1) as pointer
    from lacking
    inner join roots using (file_id)
    where
        left(lacking.position, length(roots.root) + 1) = roots.root || '/'
),

named as (
    select
        file_id,
        trace_number,
        position,
        case
            when left(pointer, 12) = '/total_usage' then 'usage'
            when left(pointer, 20) = '/raw_logging_results' then 'call'
            when left(pointer, 18) = '/results/latencies' then 'latency'
            when left(pointer, 17) = '/wall_clock_times' then 'wall_clock'
        end as part,
        -- The name in the pointer: a model, or the task in a log by task.
        replace(
            replace(
                nullif(
                    case
                        when left(pointer, 13) = '/total_usage/'
                            then substr(pointer, 14)
                        when
                            left(pointer, 21) = '/raw_logging_results/'
                            and (
                                contains(pointer, '/call_metadata/')
                                or right(pointer, 11) = '/call_count'
                            )
                            then split_part(pointer, '/', 3)
                    end,
                    ''
                ),
                '~1',
                '/'
            ),
            '~0',
            '~'
        ) as part_name
    from located
),

final as (
    select
        file_id,
        trace_number,
        position,
        part,
        part_name
    from named
    where part is not null
)

select * from final
