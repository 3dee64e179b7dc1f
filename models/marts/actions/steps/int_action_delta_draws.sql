-- Grain: one row per drawn summary: the interval of its median delta.
-- The bootstrap: redraw the clusters many times, and take the median of all
-- their deltas each time. It draws clusters, not pairs, because the pairs of
-- one cluster are not independent.
with

pairs as (
    select * from {{ ref('int_action_delta_pairs') }}
),

drawn_deltas as (
    select
        summary_number,
        cluster_number,
        cluster_key,
        action_delta,
        count(*) as delta_count
    from pairs
    where is_drawn
    group by summary_number, cluster_number, cluster_key, action_delta
),

replicates as (
    {{ number_series('1', var('bootstrap_replicates')) }}
),

drawn_clusters as (
    select distinct
        cluster_number,
        cluster_key
    from drawn_deltas
),

draws as (
    select
        drawn_clusters.cluster_number,
        replicates.number as replicate,
        {{ bootstrap_weight(
            'replicates.number', 'drawn_clusters.cluster_key'
        ) }} as weight
    from drawn_clusters
    cross join replicates
),

value_weights as (
    select
        drawn_deltas.summary_number,
        draws.replicate,
        drawn_deltas.action_delta,
        sum(draws.weight * drawn_deltas.delta_count) as weight
    from drawn_deltas
    inner join draws using (cluster_number)
    where draws.weight > 0
    group by
        drawn_deltas.summary_number,
        draws.replicate,
        drawn_deltas.action_delta
),

cumulated_weights as (
    select
        summary_number,
        replicate,
        action_delta,
        sum(weight) over (
            partition by summary_number, replicate
            order by action_delta
        ) as cumulative_weight,
        sum(weight) over (
            partition by summary_number, replicate
        ) as total_weight
    from value_weights
),

replicate_medians as (
    select
        summary_number,
        replicate,
        {{ median_of_counts(
            'action_delta', 'cumulative_weight', 'total_weight'
        ) }} as median_delta
    from cumulated_weights
    group by summary_number, replicate
),

final as (
    select
        summary_number,
        {{ quantile_cont('median_delta', '0.025') }} as ci_low,
        {{ quantile_cont('median_delta', '0.975') }} as ci_high
    from replicate_medians
    group by summary_number
)

select * from final
