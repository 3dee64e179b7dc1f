{#- The CTEs that average `points` (value, task_cluster) inside each value of
    the columns `keys`, up to one named `clustered_means`: the mean with a
    standard error that lets the points of one cluster move together. One point
    is one task. Null where there is one cluster only. -#}
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
        -- As mean_of_shares, and over clusters as there are fewer of them.
        round({{ exact_sum('value_sum', 18) }} / sum(task_count), 13)
            as mean_value
    from clusters
    group by {{ key_list }}
),

deviations as (
    select
        means.*,
        clusters.task_count as own_count,
        clusters.value_sum - clusters.task_count * means.mean_value as deviation
    from means
    inner join clusters
        on {{ same_keys('means', 'clusters', keys) }}
),

-- `se` is what statsmodels calls a mean with cov_type='cluster'. `se_cr2` takes
-- into account that a large cluster draws the mean to itself, which makes its
-- deviation small (CR2 of Bell and McCaffrey); with clusters of one size they
-- are equal.
clustered_means as (
    select
        {{ key_list }},
        task_count,
        cluster_count,
        task_count_squares,
        degrees_of_freedom,
        mean_value,
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
        mean_value
),
{%- endmacro %}
