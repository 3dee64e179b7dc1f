-- Grain: one row per success rule, source, basis and model that met another.
with

components as (
    select * from {{ ref('int_rating_components') }}
),

members as (
    select * from {{ ref('int_rating_members') }}
),

fits as (
    select * from {{ ref('int_rating_fits') }}
),

estimates as (
    select
        members.success_rule,
        members.source,
        members.basis,
        members.model,
        min(case when fits.replicate = 0 then fits.strength end) as strength,
        count(fits.strength) filter (where fits.replicate > 0)
            as replicate_count,
        {{ quantile_cont(
            'case when fits.replicate > 0 then fits.strength end', '0.025'
        ) }} as ci_low,
        {{ quantile_cont(
            'case when fits.replicate > 0 then fits.strength end', '0.975'
        ) }} as ci_high
    from members
    left join fits
        on members.member_number = fits.member_number
    group by
        members.success_rule,
        members.source,
        members.basis,
        members.model
),

final as (
    select
        components.success_rule,
        components.source,
        components.basis,
        components.model,
        components.component_id,
        components.comparison_count,
        components.points,
        estimates.strength,
        case
            when
                estimates.replicate_count
                >= {{ var('min_usable_replicate_share') }}
                * {{ var('bootstrap_replicates') }}
                then estimates.ci_low
        end as ci_low,
        case
            when
                estimates.replicate_count
                >= {{ var('min_usable_replicate_share') }}
                * {{ var('bootstrap_replicates') }}
                then estimates.ci_high
        end as ci_high,
        case
            when components.points = components.comparison_count
                then 'never_beaten'
            when components.points = 0 then 'never_won'
            when estimates.model is null then 'not_comparable'
            when estimates.strength is null then 'not_found'
            else 'ok'
        end as status
    from components
    left join estimates
        on
            components.success_rule = estimates.success_rule
            and components.source = estimates.source
            and components.basis = estimates.basis
            and components.model = estimates.model
)

select * from final
