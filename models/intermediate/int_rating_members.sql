-- Grain: one row per success rule, source, basis and model that is comparable
-- with another: its number, since numbers join faster than four names do.
with

components as (
    select * from {{ ref('int_rating_components') }}
),

sized as (
    select
        *,
        count(*) over (
            partition by success_rule, source, basis, component_id
        ) as member_count
    from components
),

final as (
    select
        success_rule,
        source,
        basis,
        model,
        component_id,
        dense_rank() over (
            order by success_rule, source, basis, component_id
        ) as group_number,
        row_number() over (
            order by success_rule, source, basis, component_id, model
        ) as member_number,
        member_count
    from sized
    where member_count > 1
)

select * from final
