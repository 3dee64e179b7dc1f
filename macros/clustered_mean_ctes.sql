{#- The CTEs that average `points` (value, task_cluster) inside each value of
    the columns `keys`, up to one named `clustered_means`: the mean with a
    standard error and a 95 % interval that let the points of one cluster move
    together. One point is one task. Null where there is one cluster only. -#}
{% macro clustered_mean_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
means as (
    select
        {{ key_list }},
        {{ mean_of_shares('value') }} as mean_value
    from points
    group by {{ key_list }}
),

clusters as (
    select
        {% for key in keys %}points.{{ key }}, {% endfor %}
        points.task_cluster,
        means.mean_value,
        count(*) as task_count,
        {{ exact_sum('points.value - means.mean_value', 18) }} as deviation
    from points
    inner join means
        on {{ same_keys('points', 'means', keys) }}
    group by
        {% for key in keys %}points.{{ key }}, {% endfor %}
        points.task_cluster,
        means.mean_value
),

-- What statsmodels calls a mean with cov_type='cluster'.
clustered_errors as (
    select
        {{ key_list }},
        mean_value,
        cast(sum(task_count) as bigint) as task_count,
        count(*) as cluster_count,
        nullif(count(*) - 1, 0) as degrees_of_freedom,
        sqrt(
            count(*) * 1e0 / nullif(count(*) - 1, 0)
            * {{ exact_sum('deviation * deviation', 18) }}
        )
        / sum(task_count) as se
    from clusters
    group by {{ key_list }}, mean_value
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
