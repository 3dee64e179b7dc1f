{#- CTEs of the sign-flip test of `clusters` (the columns `keys`, task_cluster,
    value_sum). The last one is `sign_flips` (keys, flip_p, flip_mid_p). If there is no
    difference between the two sides, each cluster's sum is as likely to have the other
    sign. flip_p is the share of all patterns of signs whose sum is at least as far from
    0 as the observed one; flip_mid_p counts those exactly as far by half. There is no
    row if all sums are 0.

    Four ways to count, each in a file of this folder:
    - equal: all sums have one size; a sign test, by the binomial distribution;
    - patterns: up to 20 clusters; every pattern is computed, exact;
    - grid: up to 1,000 clusters; by the characteristic function on the grid on which
      the sums lie, exact, or on 10,000 steps if their grid has more than 20,000;
    - normal: more clusters; every pattern of the four largest, and a corrected normal
      distribution for the others. Also from 13 clusters on if there are more than
      20,000 pairs, because the exact ways take several rows for each. -#}
{% macro sign_flip_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
{%- set exact_clusters = 20 -%}
{%- set grid_clusters = 1000 -%}
{%- set exact_pairs = 20000 -%}
-- Rounded, because equal sums may differ in the last digits of a double.
{{ kept_first('flips') }}
    select
        {{ key_list }},
        round(value_sum, 12) as value,
        abs(round(value_sum, 12)) as size,
        row_number() over (
            partition by {{ key_list }}
            order by abs(round(value_sum, 12)) desc, task_cluster asc
        ) as position
    from clusters
    where abs(value_sum) > 1e-11
{{ steps_end() }},

{{ kept_first('flip_totals') }}
    select
        {{ key_list }},
        count(*) as flip_count,
        min(size) as least_size,
        max(size) as greatest_size,
        abs({{ exact_sum('value', 12) }}) as observed,
        count(*) filter (where value > 0) as more_count,
        count(*) filter (where value < 0) as fewer_count
    from flips
    group by {{ key_list }}
{{ steps_end() }},

{{ equal_flip_ctes(keys) }}

-- The exact methods take few rows per pair, but too many for many pairs.
{{ kept_first('unequal_flips') }}
    select
        *,
        case
            when
                flip_count <= case
                    when count(*) over () <= {{ exact_pairs }}
                        then {{ exact_clusters }}
                    else 12
                end
                then 'patterns'
            when
                flip_count <= {{ grid_clusters }}
                and count(*) over () <= {{ exact_pairs }}
                then 'grid'
            else 'normal'
        end as method
    from flip_totals
    where least_size < greatest_size
{{ steps_end() }},

-- Signs of up to ten clusters: +1 or -1 by the binary digits of the number.
pattern_numbers as (
    {{ number_series('0', 2 ** (exact_clusters // 2) - 1) }}
),

patterns as (
    select
        number
        {%- for place in range(1, exact_clusters // 2 + 1) %},
        1e0 - 2e0 * (floor(number / {{ 2 ** (place - 1) }}e0) % 2) as sign_{{ place }}
        {%- endfor %}
    from pattern_numbers
),

{{ pattern_flip_ctes(keys, exact_clusters) }}

-- For the other methods: the four largest sizes, the powers of the rest, and
-- whether all sizes lie on a grid (multiples of the least size over a small
-- integer).
flip_sizes as (
    select
        {{ key_list }},
        {% for place in range(1, 5) -%}
        max(case when flips.position = {{ place }} then flips.size end)
            as size_{{ place }},
        {% endfor -%}
        {%- for power_of in (2, 4, 6) -%}
        {{ exact_sum(
            'case when flips.position > 4 then power(flips.size /'
            ' unequal_flips.greatest_size, ' ~ power_of ~ ') end', 18
        ) }} as powers_{{ power_of }},
        {% endfor -%}
        {{ exact_sum('flips.size', 12) }} as size_sum,
        case
            {%- for parts in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 60] %}
            when
                max(abs(
                    flips.size * {{ parts }} / unequal_flips.least_size
                    - round(flips.size * {{ parts }} / unequal_flips.least_size)
                )) < 1e-6
                then 1e0 / {{ parts }}
            {%- endfor %}
            else 0e0
        end as grid_share
    from flips
    inner join unequal_flips
        using ({{ key_list }})
    where unequal_flips.method <> 'patterns'
    group by {{ key_list }}
),

{{ grid_flip_ctes(keys) }}

{{ normal_flip_ctes(keys) }}

sign_flips as (
    select
        {{ key_list }},
        flip_p,
        flip_mid_p
    from equal_flips
    union all
    select
        {{ key_list }},
        at_least as flip_p,
        0.5e0 * (at_least + more) as flip_mid_p
    from exact_flips
    union all
    select
        {{ key_list }},
        at_least as flip_p,
        0.5e0 * (at_least + more) as flip_mid_p
    from grid_flips
    union all
    select
        {{ key_list }},
        at_least as flip_p,
        0.5e0 * (at_least + least(more, at_least)) as flip_mid_p
    from near_flips
),
{%- endmacro %}
