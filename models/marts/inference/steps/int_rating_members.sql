-- Grain: one row per success rule, source, basis and model that is comparable
-- with another: its number, since numbers join faster than four names do.
-- Rules by which all comparisons of a source end alike share the numbers, so
-- that its models are rated once; `is_first` marks the first of such rules.
with

comparisons as (
    select * from {{ ref('int_rating_comparisons') }}
),

components as (
    select * from {{ ref('int_rating_components') }}
),

fingerprints as (
    select
        success_rule,
        source,
        basis,
        {{ fingerprint(
            "cluster_key || ':' || model || ':' || rival"
            ~ " || ':' || comparison_count || ':' || points"
        ) }} as fingerprint
    from comparisons
    group by success_rule, source, basis
),

sized as (
    select
        components.success_rule,
        components.source,
        components.basis,
        components.model,
        components.component_id,
        fingerprints.fingerprint,
        count(*) over (
            partition by
                components.success_rule,
                components.source,
                components.basis,
                components.component_id
        ) as member_count
    from components
    inner join fingerprints
        on
            components.success_rule = fingerprints.success_rule
            and components.source = fingerprints.source
            and components.basis = fingerprints.basis
),

final as (
    select
        success_rule,
        source,
        basis,
        model,
        component_id,
        dense_rank() over (
            order by source, basis, fingerprint, component_id
        ) as group_number,
        dense_rank() over (
            order by source, basis, fingerprint, component_id, model
        ) as member_number,
        member_count,
        success_rule = min(success_rule) over (
            partition by source, basis, fingerprint
        ) as is_first
    from sized
    where member_count > 1
)

select * from final
