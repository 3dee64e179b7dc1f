{#- CTEs for the mean difference between two agents with one more win for each of them,
    as separate clusters (Bonett and Price); otherwise differences that do not vary
    would have no interval. The last one is `shrunk_errors` (the columns `keys`,
    shrunk_mean, shrunk_se). They read the CTEs of clustered_mean_ctes. -#}
{% macro shrunk_mean_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
shrunk_means as (
    select
        {{ key_list }},
        task_count,
        task_count + 2e0 as shrunk_count,
        mean_value * task_count / (task_count + 2e0) as shrunk_mean
    from clustered_means
),

shrunk_errors as (
    select
        {{ key_list }},
        shrunk_means.shrunk_mean,
        sqrt(
            {{ exact_sum(
                'power(clusters.value_sum - clusters.task_count'
                ' * shrunk_means.shrunk_mean, 2)'
                ' / (1e0 - clusters.task_count / shrunk_means.shrunk_count)', 18
            ) }}
            + (2e0 + 2e0 * power(shrunk_means.shrunk_mean, 2))
            / (1e0 - 1e0 / shrunk_means.shrunk_count)
        )
        / shrunk_means.shrunk_count as shrunk_se
    from shrunk_means
    inner join clusters
        using ({{ key_list }})
    group by
        {{ key_list }},
        shrunk_means.shrunk_mean,
        shrunk_means.shrunk_count
),
{%- endmacro %}
