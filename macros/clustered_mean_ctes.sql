{#- CTEs that average `points` (value, task_cluster; one point is one task) for each
    value of the columns `keys`. The last one is `clustered_means`: the mean, with a
    standard error that allows points of one cluster to be correlated. The error is null
    if there is only one cluster. -#}
{% macro clustered_mean_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
clusters as (
    select
        {{ key_list }},
        task_cluster,
        count(*) as task_count,
        {{ exact_sum('value', 18) }} as value_sum
    from points
    group by {{ key_list }}, task_cluster
),

means as (
    select
        {{ key_list }},
        cast(sum(task_count) as bigint) as task_count,
        count(*) as cluster_count,
        cast(sum(task_count * task_count) as bigint) as task_count_squares,
        nullif(count(*) - 1, 0) as degrees_of_freedom,
        -- Summed over clusters because there are fewer of them than of points.
        {{ exact_sum('value_sum', 18) }} / sum(task_count) as unrounded_mean
    from clusters
    group by {{ key_list }}
),

deviations as (
    select
        means.*,
        clusters.task_count as own_count,
        clusters.value_sum - clusters.task_count * means.unrounded_mean as deviation
    from means
    inner join clusters
        on {{ same_keys('means', 'clusters', keys) }}
),

-- `se` is statsmodels' error of a mean with cov_type='cluster'. `se_cr2` (CR2
-- of Bell and McCaffrey) corrects for a large cluster pulling the mean towards
-- itself, which makes its deviation small. With clusters of equal size both are
-- equal.
clustered_means as (
    select
        {{ key_list }},
        task_count,
        cluster_count,
        task_count_squares,
        degrees_of_freedom,
        {{ comparable('unrounded_mean', 'share') }} as mean_value,
        sqrt(
            cluster_count * 1e0 / degrees_of_freedom
            * {{ exact_sum('deviation * deviation', 18) }}
        )
        / task_count as se,
        sqrt(
            {{ exact_sum(
                'deviation * deviation * task_count'
                ' / nullif(task_count - own_count, 0)', 18
            ) }}
        )
        / task_count as se_cr2
    from deviations
    group by
        {{ key_list }},
        task_count,
        cluster_count,
        task_count_squares,
        degrees_of_freedom,
        unrounded_mean
),
{%- endmacro %}
