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
        {{ json_names('attributes') }} as attribute_name
    from attempts
    where attributes is not null
),

valued as (
    select
        source,
        attribute_name,
        {{ json_field('attributes', 'attribute_name') }} as attribute_value
    from named
),

final as (
    select
        source,
        attribute_name,
        count(*) as attempt_count,
        count(distinct attribute_value) as value_count,
        min(attribute_value) as first_value,
        max(attribute_value) as last_value
    from valued
    group by source, attribute_name
)

select * from final
