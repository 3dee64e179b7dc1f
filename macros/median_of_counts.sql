{#- The median of values with counts. `cumulative_count` is the number of values up to
    and including `value`, `total_count` that of the group. The middle two are
    averaged. -#}
{% macro median_of_counts(value, cumulative_count, total_count) -%}
    (
        min({{ value }}) filter (
            where {{ cumulative_count }} > floor(({{ total_count }} - 1) / 2e0)
        )
        + min({{ value }}) filter (
            where {{ cumulative_count }} > ceil(({{ total_count }} - 1) / 2e0)
        )
    ) / 2e0
{%- endmacro %}
