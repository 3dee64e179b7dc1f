-- Grain: one row per source and attribute of its attempts.
with

attempts as (
    select * from {{ ref('attempts') }}
),

named as (
    select
        attempt_id,
        source,
        attributes,
        {{ json_names('attributes') }} as key
    from attempts
    where attributes is not null
),

valued as (
    select
        source,
        key,
        {{ json_field('attributes', 'key') }} as attribute_value
    from named
),

final as (
    select
        source,
        key,
        count(*) as attempt_count,
        count(distinct attribute_value) as distinct_count,
        min(attribute_value) as example
    from valued
    group by source, key
)

select * from final
