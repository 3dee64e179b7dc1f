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
        {{ json_names('attributes') }} as attribute
    from attempts
    where attributes is not null
),

valued as (
    select
        source,
        attribute,
        {{ json_field('attributes', 'attribute') }} as attribute_value
    from named
),

final as (
    select
        source,
        attribute,
        count(*) as attempt_count,
        count(distinct attribute_value) as value_count,
        min(attribute_value) as first_value,
        max(attribute_value) as last_value
    from valued
    group by source, attribute
)

select * from final
