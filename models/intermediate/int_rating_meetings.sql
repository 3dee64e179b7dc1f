-- Grain: one row per replicate and ordered pair of comparable models that met
-- in it. Replicate 0 is the data, each other one draws the clusters again.
-- Takes pairs x clusters x `bootstrap_replicates`.
with

comparisons as (
    select * from {{ ref('int_rating_comparisons') }}
),

members as (
    select * from {{ ref('int_rating_members') }}
),

rivals as (
    select * from {{ ref('int_rating_members') }}
),

numbered as (
    select
        comparisons.cluster_key,
        members.group_number,
        members.member_number,
        rivals.member_number as rival_number,
        comparisons.points
    from comparisons
    inner join members
        on
            comparisons.success_rule = members.success_rule
            and comparisons.source = members.source
            and comparisons.basis = members.basis
            and comparisons.model = members.model
    inner join rivals
        on
            members.group_number = rivals.group_number
            and comparisons.rival = rivals.model
            and members.member_number < rivals.member_number
),

replicates as (
    {{ number_series('0', var('bootstrap_replicates')) }}
),

clusters as (
    select distinct cluster_key from numbered
),

draws as (
    select
        clusters.cluster_key,
        replicates.number as replicate,
        case
            when replicates.number = 0 then 1
            else {{ bootstrap_weight(
                'replicates.number', 'clusters.cluster_key'
            ) }}
        end as weight
    from clusters
    cross join replicates
),

pairs as (
    select
        draws.replicate,
        numbered.group_number,
        numbered.member_number,
        numbered.rival_number,
        cast(sum(draws.weight) as bigint) as meeting_count,
        -- Wholes and halves, so the sum is exact.
        sum(draws.weight * numbered.points) as points
    from numbered
    inner join draws
        on numbered.cluster_key = draws.cluster_key
    where draws.weight > 0
    group by
        draws.replicate,
        numbered.group_number,
        numbered.member_number,
        numbered.rival_number
),

final as (
    select
        replicate,
        group_number,
        member_number,
        rival_number,
        meeting_count,
        points
    from pairs
    union all
    select
        replicate,
        group_number,
        rival_number as member_number,
        member_number as rival_number,
        meeting_count,
        meeting_count - points as points
    from pairs
)

select * from final
