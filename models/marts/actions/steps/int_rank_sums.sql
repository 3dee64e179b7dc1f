-- Grain: one row per source, population, pair of x and y, control and stratum:
-- sums of squares and products of the ranks.
-- Spearman's rho is Pearson's of average ranks.
with

value_counts as (
    select * from {{ ref('int_correlated_values') }}
),
{%- for axis in ['x', 'y'] %}

-- Ranks are centred, so that their sums of squares stay small.
{{ axis }}_ranks as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        {{ axis }}_value,
        sum(sum(value_count))
            over (
                partition by source, population, x, y, controlling_for, stratum
                order by {{ axis }}_value
            )
        - (sum(value_count) - 1) / 2e0
        - (
            sum(sum(value_count))
                over (
                    partition by
                        source, population, x, y, controlling_for, stratum
                )
            + 1
        ) / 2e0 as {{ axis }}_rank
    from value_counts
    group by
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        {{ axis }}_value
),
{%- endfor %}

final as (
    select
        source,
        population,
        x,
        y,
        controlling_for,
        stratum,
        sum(value_counts.value_count) as attempt_count,
        {{ exact_sum(
            'value_counts.value_count * x_ranks.x_rank * y_ranks.y_rank', 2
        ) }} as xy_sum,
        {{ exact_sum(
            'value_counts.value_count * x_ranks.x_rank * x_ranks.x_rank', 2
        ) }} as xx_sum,
        {{ exact_sum(
            'value_counts.value_count * y_ranks.y_rank * y_ranks.y_rank', 2
        ) }} as yy_sum
    from value_counts
    inner join x_ranks
        using (
            source, population, x, y, controlling_for, stratum, x_value
        )
    inner join y_ranks
        using (
            source, population, x, y, controlling_for, stratum, y_value
        )
    group by
        source,
        population,
        x,
        y,
        controlling_for,
        stratum
)

select * from final
