-- Grain: one row per comparable model and block of clusters: its scores, one
-- column per cluster, so that int_rating_errors can solve a block at once. Each
-- score is divided by the share of the information that remains without the
-- cluster, and scaled as conjugate_gradient_step needs.
{%- set width = rating_block_width() | int %}
with

scores as (
    select * from {{ ref('int_rating_scores') }}
),

models as (
    select
        component_number,
        model_number,
        count(*) as cluster_count,
        {{ exact_sum('information', 18) }} as information
    from scores
    group by component_number, model_number
),

component_totals as (
    select
        component_number,
        count(*) as member_count,
        {{ exact_sum('information', 18) }} as information
    from models
    group by component_number
),

-- A block of clusters is solved at once, with one column per cluster.
clusters as (
    select
        scores.component_number,
        scores.cluster_number,
        1 - {{ exact_sum('scores.information', 18) }}
        / component_totals.information as remaining_share,
        row_number() over (
            partition by scores.component_number
            order by scores.cluster_number
        ) - 1 as cluster_rank
    from scores
    inner join component_totals
        on scores.component_number = component_totals.component_number
    group by
        scores.component_number,
        scores.cluster_number,
        component_totals.information
),

blocks as (
    select distinct
        component_number,
        cast(floor(cluster_rank / {{ width }}e0) as bigint) as block_number
    from clusters
),

-- A single cluster leaves nothing to compare it with.
block_scores as (
    select
        scores.model_number,
        cast(floor(clusters.cluster_rank / {{ width }}e0) as bigint)
            as block_number,
        {{ numbered_columns(
            'max(case when mod(clusters.cluster_rank, ' ~ width ~ ') = # then'
            ~ ' scores.score / nullif(round(clusters.remaining_share, 12), 0)'
            ~ ' end) as score_#', width
        ) }}
    from scores
    inner join clusters
        on
            scores.component_number = clusters.component_number
            and scores.cluster_number = clusters.cluster_number
    group by scores.model_number, block_number
),

final as (
    select
        models.component_number,
        blocks.block_number,
        models.model_number,
        models.cluster_count,
        models.information,
        models.information / component_totals.information as information_share,
        {{ numbered_columns(
            'coalesce(block_scores.score_#, 0)'
            ~ ' / sqrt(models.information * component_totals.information)'
            ~ ' as b_#', width
        ) }}
    from models
    inner join component_totals
        on models.component_number = component_totals.component_number
    inner join blocks
        on models.component_number = blocks.component_number
    left join block_scores
        on
            models.model_number = block_scores.model_number
            and blocks.block_number = block_scores.block_number
)

select * from final
