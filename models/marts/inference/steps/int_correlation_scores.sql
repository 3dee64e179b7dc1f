-- Grain: one row per source, population, control, pair of values and cluster:
-- its share in a rank correlation and in both variances. A cluster is the tasks
-- of a family, or a task without siblings. Pair `xy` is action count and score,
-- `xz` is action count and human minutes, `zy` is human minutes and score.
with

rank_sums as (
    select
        *,
        case
            when y = 'human_minutes' then 'xz'
            when x = 'human_minutes' then 'zy'
            else 'xy'
        end as pair
    from {{ ref('int_rank_sums') }}
),

sums as (
    select
        source,
        population,
        controlling_for,
        pair,
        cluster_key,
        {{ exact_sum('xy_sum', 2) }} as xy_sum,
        {{ exact_sum('xx_sum', 2) }} as xx_sum,
        {{ exact_sum('yy_sum', 2) }} as yy_sum
    from rank_sums
    where pair = 'xy' or controlling_for = 'human_minutes'
    group by source, population, controlling_for, pair, cluster_key
),

totals as (
    select
        source,
        population,
        controlling_for,
        pair,
        sqrt({{ exact_sum('xx_sum', 2) }}) as x_norm,
        sqrt({{ exact_sum('yy_sum', 2) }}) as y_norm
    from sums
    group by source, population, controlling_for, pair
),

final as (
    select
        source,
        population,
        controlling_for,
        pair,
        sums.cluster_key,
        sums.xy_sum / nullif(totals.x_norm * totals.y_norm, 0) as xy_share,
        sums.xx_sum / nullif(totals.x_norm * totals.x_norm, 0) as xx_share,
        sums.yy_sum / nullif(totals.y_norm * totals.y_norm, 0) as yy_share
    from sums
    inner join totals using (source, population, controlling_for, pair)
)

select * from final
