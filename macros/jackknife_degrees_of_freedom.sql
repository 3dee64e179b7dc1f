{#- Degrees of freedom (a whole number) of a jackknife error over `cluster_count`
    clusters, by Johnson and Rust (1992) as NAEP uses it, and at most clusters - 1.
    `share_squares` is the sum of the squared shares of the clusters in the variance: if
    a few clusters make up most of a variance, it is known only as well as from those
    few. -#}
{% macro jackknife_degrees_of_freedom(cluster_count, share_squares) -%}
    cast(
        greatest(
            floor(
                least(
                    (3.16e0 - 2.77e0 / sqrt({{ cluster_count }}))
                    / nullif({{ share_squares }}, 0e0),
                    {{ cluster_count }} - 1e0
                )
            ),
            1e0
        ) as bigint
    )
{%- endmacro %}
