{#- The CTEs of the test that gives each of the `clusters` (the columns `keys`,
    task_cluster, value_sum) a random sign, up to one named `sign_flips` (keys,
    flip_p, flip_mid_p): how likely is so large a sum? If nothing but the order
    of the two sides made it, every pattern of signs is as likely as any other.
    No row where all sums are 0.

    Sums of one size: the binomial distribution, exact. Up to 20 clusters: every
    pattern, exact. Up to 1,000: the characteristic function inverted on the grid
    on which the sums lie, exact, or on a grid of 20,000 steps where theirs is
    finer. Beyond, and from 13 clusters on where more than 20,000 pairs ask for
    it: the four largest in every pattern, the others by the normal distribution
    with its corrections (Edgeworth, and Sheppard's for sums on a grid). -#}
{% macro sign_flip_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
{%- set exact_clusters = 20 -%}
{%- set last_half = exact_clusters // 2 -%}
-- Rounded, as sums that are equal differ in the last digits of a double.
flips as (
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
),

flip_totals as (
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
),

splits as (
    select distinct
        more_count,
        fewer_count
    from flip_totals
    where least_size = greatest_size
),

{{ sign_test_ctes() }}

equal_flips as (
    select
        {{ key_list }},
        sign_tests.sign_test_p as flip_p,
        sign_tests.sign_test_p
        - sign_tests.same_split_p
        * case
            when flip_totals.more_count = flip_totals.fewer_count then 0.5e0
            else 1e0
        end as flip_mid_p
    from flip_totals
    inner join sign_tests
        on
            flip_totals.more_count = sign_tests.more_count
            and flip_totals.fewer_count = sign_tests.fewer_count
    where flip_totals.least_size = flip_totals.greatest_size
),

-- What is exact is few rows a pair, but of many pairs still too many.
unequal_flips as (
    select
        *,
        case
            when
                flip_count <= case
                    when count(*) over () <= 20000 then {{ exact_clusters }}
                    else 12
                end
                then 'patterns'
            when flip_count <= 1000 and count(*) over () <= 20000 then 'grid'
            else 'normal'
        end as method
    from flip_totals
    where least_size < greatest_size
),

-- Exact: half of the clusters in every pattern of signs against the other half.
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

pattern_numbers as (
    {{ number_series('0', 2 ** last_half - 1) }}
),

patterns as (
    select
        number
        {%- for place in range(1, last_half + 1) %},
        1e0 - 2e0 * (floor(number / {{ 2 ** (place - 1) }}e0) % 2) as sign_{{ place }}
        {%- endfor %}
    from pattern_numbers
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

-- A sum of the first half needs this much from the second.
half_values as (
    select
        {{ key_list }},
        1 as is_needed,
        round(unequal_flips.observed - half_sums.half_sum, 9) as value
    from half_sums
    inner join unequal_flips
        using ({{ key_list }})
    where half_sums.half = 1
    union all
    select
        {{ key_list }},
        0 as is_needed,
        round(half_sum, 9) as value
    from half_sums
    where half = 0
),

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

-- Else: do all sizes lie on a grid, and how fine is it?
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

grid_steps as (
    select
        {{ key_list }},
        unequal_flips.flip_count,
        case
            when
                flip_sizes.size_sum
                <= 20000e0 * flip_sizes.grid_share * unequal_flips.least_size
                then flip_sizes.grid_share * unequal_flips.least_size
            else flip_sizes.size_sum / 20000e0
        end as step
    from flip_sizes
    inner join unequal_flips
        using ({{ key_list }})
    where unequal_flips.method = 'grid'
),

grid_sizes as (
    select
        {{ key_list }},
        grid_steps.flip_count,
        cast(round(flips.size / grid_steps.step) as bigint) as steps,
        count(*) as size_count,
        sum(cast(round(flips.value / grid_steps.step) as bigint)) as signed_steps
    from flips
    inner join grid_steps
        using ({{ key_list }})
    where flips.size > 0.5 * grid_steps.step
    group by
        {{ key_list }},
        grid_steps.flip_count,
        cast(round(flips.size / grid_steps.step) as bigint)
),

grid_totals as (
    select
        {{ key_list }},
        flip_count,
        sum(steps * size_count) + 1e0 as point_count,
        cast(abs(sum(signed_steps)) as double) as observed,
        row_number() over (order by {{ key_list }}) as grid_number
    from grid_sizes
    group by {{ key_list }}, flip_count
),

frequency_numbers as (
    {{ number_series('1', '10501') }}
),

-- A sum of signs has the product of cosines as its characteristic function.
-- Frequencies beyond half a turn repeat those before it.
grid_cosines as (
    select
        grid_totals.grid_number,
        frequency_numbers.number,
        grid_sizes.size_count,
        cos(
            pi() * frequency_numbers.number * grid_sizes.steps
            / grid_totals.point_count
        ) as cosine
    from grid_totals
    inner join grid_sizes
        using ({{ key_list }})
    inner join frequency_numbers
        on 2 * frequency_numbers.number <= grid_totals.point_count
),

grid_products as (
    select
        grid_number,
        number,
        case
            when sum(case when cosine < 0 then size_count else 0 end) % 2 = 1
                then -1e0
            else 1e0
        end
        * exp({{ exact_sum('size_count * ln(greatest(abs(cosine), 1e-300))', 12) }})
            as product
    from grid_cosines
    group by grid_number, number
),

-- The probability of all sums nearer to 0, and of these and the observed one.
grid_terms as (
    select
        {{ key_list }},
        grid_totals.flip_count,
        grid_totals.point_count,
        grid_totals.observed,
        pi() * grid_products.number / grid_totals.point_count as angle,
        case
            when 2 * grid_products.number = grid_totals.point_count then 1e0
            else 2e0
        end
        * grid_products.product as product
    from grid_products
    inner join grid_totals
        using (grid_number)
),

grid_sums as (
    select
        {{ key_list }},
        flip_count,
        observed,
        (
            observed - 1e0
            + {{ exact_sum(
                'product * sin((observed - 1e0) * angle) / sin(angle)', 18
            ) }}
        )
        / point_count as nearer,
        (
            observed + 1e0
            + {{ exact_sum(
                'product * sin((observed + 1e0) * angle) / sin(angle)', 18
            ) }}
        )
        / point_count as no_farther
    from grid_terms
    group by {{ key_list }}, flip_count, point_count, observed
),

grid_flips as (
    select
        {{ key_list }},
        case
            when observed = 0 then 1e0
            else
                least(greatest(1e0 - nearer, power(2e0, 1 - flip_count)), 1e0)
        end as at_least,
        greatest(1e0 - no_farther, 0e0) as more
    from grid_sums
),

-- Flipping a sign moves the sum by twice its size, so the grid is half of that.
flip_moments as (
    select
        {{ key_list }},
        unequal_flips.flip_count,
        unequal_flips.observed,
        flip_sizes.size_1,
        flip_sizes.size_2,
        flip_sizes.size_3,
        flip_sizes.size_4,
        flip_sizes.grid_share * unequal_flips.least_size as half_step,
        flip_sizes.powers_2 * power(unequal_flips.greatest_size, 2)
        - power(flip_sizes.grid_share * unequal_flips.least_size, 2) / 3e0
            as variance,
        -2e0 * flip_sizes.powers_4 * power(unequal_flips.greatest_size, 4)
        + 2e0 / 15e0
        * power(flip_sizes.grid_share * unequal_flips.least_size, 4)
            as cumulant_4,
        16e0 * flip_sizes.powers_6 * power(unequal_flips.greatest_size, 6)
        - 16e0 / 63e0
        * power(flip_sizes.grid_share * unequal_flips.least_size, 6)
            as cumulant_6
    from flip_sizes
    inner join unequal_flips
        using ({{ key_list }})
    where unequal_flips.method = 'normal'
),

-- The four largest in each pattern; half a step below and above the sum.
flip_scores as (
    select
        {{ key_list }},
        flip_moments.flip_count,
        flip_moments.observed,
        sides.side,
        flip_moments.cumulant_4 / power(flip_moments.variance, 2) as kurtosis,
        flip_moments.cumulant_6 / power(flip_moments.variance, 3) as excess_6,
        (
            flip_moments.observed
            + sides.side * flip_moments.half_step
            - flip_moments.size_1 * patterns.sign_1
            - flip_moments.size_2 * patterns.sign_2
            - flip_moments.size_3 * patterns.sign_3
            - flip_moments.size_4 * patterns.sign_4
        )
        / sqrt(flip_moments.variance) as z
    from flip_moments
    inner join patterns
        on patterns.number < 16
    cross join (
        select -1 as side
        union all
        select 1 as side
    ) as sides
),

-- Far out the correction is worth nothing, and the normal tail is too large.
flip_tails as (
    select
        {{ key_list }},
        flip_count,
        observed,
        side,
        {{ normal_tail('z') }}
        + case
            when abs(z) < 4
                then
                    0.3989422804014327e0 * exp(-0.5e0 * z * z)
                    * (
                        kurtosis / 24e0 * (power(z, 3) - 3e0 * z)
                        + excess_6 / 720e0
                        * (power(z, 5) - 10e0 * power(z, 3) + 15e0 * z)
                        + kurtosis * kurtosis / 1152e0
                        * (
                            power(z, 7) - 21e0 * power(z, 5)
                            + 105e0 * power(z, 3) - 105e0 * z
                        )
                    )
            else 0e0
        end as tail
    from flip_scores
),

flip_sides as (
    select
        {{ key_list }},
        flip_count,
        observed,
        side,
        {{ in_order('sum', 'tail') }} / 8e0 as two_sided
    from flip_tails
    group by {{ key_list }}, flip_count, observed, side
),

-- No less than the two patterns that give the greatest sum.
near_flips as (
    select
        {{ key_list }},
        greatest(
            least(
                max(
                    case
                        when observed = 0 then 1e0
                        when side = -1 then two_sided
                    end
                ),
                1e0
            ),
            power(2e0, 1 - flip_count)
        ) as at_least,
        greatest(max(case when side = 1 then two_sided end), 0e0) as more
    from flip_sides
    group by {{ key_list }}, flip_count
),

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
