-- Grain: one row per replicate and ordered pair of comparable models that met
-- in it. Replicate 0 is the data, each other one draws the clusters again.
-- Takes pairs x clusters x `bootstrap_replicates`; there are at most
-- `rating_max_clusters` clusters.
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
        comparisons.comparison_count,
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
            members.success_rule = rivals.success_rule
            and members.group_number = rivals.group_number
            and comparisons.rival = rivals.model
            and members.member_number < rivals.member_number
            and rivals.is_first
    where members.is_first
),

replicates as (
    {{ number_series('0', var('bootstrap_replicates')) }}
),

clusters as (
    select
        cluster_key,
        row_number() over (order by cluster_key) as cluster_number
    from numbered
    group by cluster_key
),

numbered_comparisons as (
    select
        clusters.cluster_number,
        numbered.group_number,
        numbered.member_number,
        numbered.rival_number,
        numbered.comparison_count,
        numbered.points
    from numbered
    inner join clusters
        on numbered.cluster_key = clusters.cluster_key
),

weighted as (
    select
        clusters.cluster_number,
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

draws as (
    select * from weighted
    where weight > 0
),

pairs as (
    select
        draws.replicate,
        numbered_comparisons.group_number,
        numbered_comparisons.member_number,
        numbered_comparisons.rival_number,
        cast(
            sum(draws.weight * numbered_comparisons.comparison_count) as bigint
        ) as meeting_count,
        -- Wholes and halves, so the sum is exact.
        sum(draws.weight * numbered_comparisons.points) as points
    from numbered_comparisons
    inner join draws
        on numbered_comparisons.cluster_number = draws.cluster_number
    group by
        draws.replicate,
        numbered_comparisons.group_number,
        numbered_comparisons.member_number,
        numbered_comparisons.rival_number
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
