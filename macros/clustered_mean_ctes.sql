{#- The CTEs that average `points` (value, task_cluster) inside each value of
    the columns `keys`, up to one named `clustered_means`: the mean with a
    standard error and a 95 % interval that let the points of one cluster move
    together. One point is one task. Null where there is one cluster only. -#}
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
        nullif(count(*) - 1, 0) as degrees_of_freedom,
        -- As mean_of_shares, and over clusters as there are fewer of them.
        round({{ exact_sum('value_sum', 18) }} / sum(task_count), 15)
            as mean_value
    from clusters
    group by {{ key_list }}
),

deviations as (
    select
        means.*,
        clusters.value_sum - clusters.task_count * means.mean_value as deviation
    from means
    inner join clusters
        on {{ same_keys('means', 'clusters', keys) }}
),

-- What statsmodels calls a mean with cov_type='cluster'.
clustered_errors as (
    select
        {{ key_list }},
        task_count,
        cluster_count,
        degrees_of_freedom,
        mean_value,
        sqrt(
            cluster_count * 1e0 / degrees_of_freedom
            * {{ exact_sum('deviation * deviation', 18) }}
        )
        / task_count as se
    from deviations
    group by
        {{ key_list }},
        task_count,
        cluster_count,
        degrees_of_freedom,
        mean_value
),

clustered_means as (
    select
        clustered_errors.*,
        clustered_errors.mean_value - clustered_errors.se * {{ t_quantile_975(
            'clustered_errors.degrees_of_freedom', 't_quantiles.t_975'
        ) }} as ci_low,
        clustered_errors.mean_value + clustered_errors.se * {{ t_quantile_975(
            'clustered_errors.degrees_of_freedom', 't_quantiles.t_975'
        ) }} as ci_high
    from clustered_errors
    left join {{ ref('t_quantiles') }} as t_quantiles
        on
            clustered_errors.degrees_of_freedom
            = t_quantiles.degrees_of_freedom
),
{%- endmacro %}
