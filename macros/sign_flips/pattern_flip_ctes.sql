{#- `exact_flips` (keys, at_least, more) of the `unequal_flips` whose method is
    `patterns`: the share of patterns of signs whose sum is at least as far from 0
    as the observed one, and farther. To make 2^20 patterns takes only 2 * 2^10
    rows: every pattern of one half of the clusters (the odd positions) needs a
    certain sum from the other half, and sorting counts how many of that half's
    patterns have it. `patterns` holds the signs. -#}
{% macro pattern_flip_ctes(keys, exact_clusters) -%}
{%- set key_list = keys | join(', ') -%}
{%- set last_half = exact_clusters // 2 -%}
-- The sizes of each half in one row; 0 if a half has fewer.
flip_halves as (
    select
        {{ key_list }},
        flips.position % 2 as half,
        count(*) as half_count
        {%- for place in range(1, last_half + 1) %},
        coalesce(
            max(
                case
                    when flips.position in ({{ 2 * place - 1 }}, {{ 2 * place }})
                        then flips.size
                end
            ),
            0e0
        ) as size_{{ place }}
        {%- endfor %}
    from flips
    inner join unequal_flips
        using ({{ key_list }})
    where unequal_flips.method = 'patterns'
    group by {{ key_list }}, flips.position % 2
),

half_sums as (
    select
        {{ key_list }},
        flip_halves.half,
        {% for place in range(1, last_half + 1) -%}
        {{ '+ ' if not loop.first }}flip_halves.size_{{ place }} * patterns.sign_{{ place }}
        {% endfor -%}
        as half_sum
    from flip_halves
    inner join patterns
        on patterns.number < power(2, flip_halves.half_count)
),

-- What a sum of the first half needs from the second, as an integer number of
-- billionths: engines differ in whether -0.0 sorts below 0.0.
half_values as (
    select
        {{ key_list }},
        1 as is_needed,
        cast(
            round((unequal_flips.observed - half_sums.half_sum) * 1e9) as bigint
        ) as value
    from half_sums
    inner join unequal_flips
        using ({{ key_list }})
    where half_sums.half = 1
    union all
    select
        {{ key_list }},
        0 as is_needed,
        cast(round(half_sum * 1e9) as bigint) as value
    from half_sums
    where half = 0
),

-- From the greatest sum down: how many patterns of the other half have at least
-- this sum, and how many a greater one.
half_counts as (
    select
        {{ key_list }},
        is_needed,
        sum(1 - is_needed) over (
            partition by {{ key_list }}
            order by value desc, is_needed asc
            rows between unbounded preceding and current row
        ) as reaching_count,
        sum(1 - is_needed) over (
            partition by {{ key_list }}
            order by value desc, is_needed desc
            rows between unbounded preceding and current row
        ) as exceeding_count
    from half_values
),

half_totals as (
    select
        {{ key_list }},
        sum(reaching_count) as reaching_count,
        sum(exceeding_count) as exceeding_count
    from half_counts
    where is_needed = 1
    group by {{ key_list }}
),

exact_flips as (
    select
        {{ key_list }},
        least(
            2e0 * half_totals.reaching_count
            / power(2, unequal_flips.flip_count),
            1e0
        ) as at_least,
        2e0 * half_totals.exceeding_count
        / power(2, unequal_flips.flip_count) as more
    from half_totals
    inner join unequal_flips
        using ({{ key_list }})
),
{%- endmacro %}
