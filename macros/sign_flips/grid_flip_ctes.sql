{#- `grid_flips` (keys, at_least, more) of the `unequal_flips` whose method is
    `grid`. The sum of clusters with random signs, in steps of the grid, is an
    integer; its characteristic function is the product of cosines of the sizes,
    and the inverse Fourier transform of that gives the probability of each sum.
    Summed over a range of sums the transform is a ratio of sines (Dirichlet's
    kernel), so that one sum over frequencies gives a whole tail. -#}
{% macro grid_flip_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
-- The width of a step.
grid_steps as (
    select
        {{ key_list }},
        unequal_flips.flip_count,
        unequal_flips.observed as observed_sum,
        case
            when
                flip_sizes.size_sum
                <= 20000e0 * flip_sizes.grid_share * unequal_flips.least_size
                then flip_sizes.grid_share * unequal_flips.least_size
            else flip_sizes.size_sum / 10000e0
        end as step
    from flip_sizes
    inner join unequal_flips
        using ({{ key_list }})
    where unequal_flips.method = 'grid'
),

-- The sizes in steps, and how many clusters have each.
grid_sizes as (
    select
        {{ key_list }},
        grid_steps.flip_count,
        grid_steps.observed_sum,
        cast(round(flips.size / grid_steps.step) as bigint) as steps,
        count(*) as size_count,
        sum(cast(round(flips.value / grid_steps.step) as bigint)) as signed_steps,
        {{ exact_sum('flips.size * flips.size', 12) }} as square_sum,
        row_number() over (
            partition by {{ key_list }}
            order by cast(round(flips.size / grid_steps.step) as bigint)
        ) as place
    from flips
    inner join grid_steps
        using ({{ key_list }})
    where flips.size > 0.5 * grid_steps.step
    group by
        {{ key_list }},
        grid_steps.flip_count,
        grid_steps.observed_sum,
        cast(round(flips.size / grid_steps.step) as bigint)
),

-- The sums lie on as many points as there are steps, and the observed one there; two
-- frequencies lie an angle apart. How many standard deviations the observed sum is from
-- 0, on the grid and as it is: they differ where sizes do not lie on the grid.
grid_totals as (
    select
        {{ key_list }},
        flip_count,
        sum(steps * size_count) + 1e0 as point_count,
        pi() / (sum(steps * size_count) + 1e0) as angle,
        cast(abs(sum(signed_steps)) as double) as observed,
        abs(sum(signed_steps)) / sqrt(sum(steps * steps * size_count)) as grid_z,
        observed_sum / sqrt(sum(square_sum)) as z,
        row_number() over (order by {{ key_list }}) as grid_number
    from grid_sizes
    group by {{ key_list }}, flip_count, observed_sum
),

-- Eight sizes per row, each as the angle between one frequency and the next:
-- with one size per row, the join with the frequencies would have eight times
-- as many rows.
grid_blocks as (
    select
        grid_totals.grid_number,
        grid_totals.point_count,
        floor((grid_sizes.place - 1) / 8e0) as block
        {%- for place in range(8) %},
        coalesce(
            max(case when place % 8 = {{ place }} then steps end), 0
        ) * grid_totals.angle as turn_{{ place }},
        coalesce(max(case when place % 8 = {{ place }} then size_count end), 0)
            as count_{{ place }}
        {%- endfor %}
    from grid_sizes
    inner join grid_totals
        using ({{ key_list }})
    group by
        grid_totals.grid_number,
        grid_totals.point_count,
        grid_totals.angle,
        floor((grid_sizes.place - 1) / 8e0)
),

numbers as (
    {{ number_series('1', '10501') }}
),

frequency_numbers as (
    select cast(number as double) as number from numbers
),

-- A sum of signs has the product of cosines as its characteristic function.
-- Frequencies beyond half a turn repeat those before it.
grid_cosines as (
    select
        grid_blocks.grid_number,
        frequency_numbers.number
        {%- for place in range(8) %},
        grid_blocks.count_{{ place }},
        cos(frequency_numbers.number * grid_blocks.turn_{{ place }})
            as cosine_{{ place }}
        {%- endfor %}
    from grid_blocks
    inner join frequency_numbers
        on 2 * frequency_numbers.number <= grid_blocks.point_count
),

grid_factors as (
    select
        grid_number,
        number,
        {% for place in range(8) -%}
        {{ '* ' if not loop.first -}}
        case
            when count_{{ place }} = 1 then cosine_{{ place }}
            else power(cosine_{{ place }}, count_{{ place }})
        end
        {% endfor -%}
        as factor
    from grid_cosines
),

grid_products as (
    select
        grid_number,
        number,
        case
            when count(*) filter (where factor < 0) % 2 = 1 then -1e0
            else 1e0
        end
        * exp({{ exact_sum('ln(greatest(abs(factor), 1e-300))', 12, digits=18) }})
            as product
    from grid_factors
    group by grid_number, number
),

-- The probability of all sums nearer to 0, and of these and the observed one.
grid_terms as (
    select
        {{ key_list }},
        grid_totals.flip_count,
        grid_totals.point_count,
        grid_totals.observed,
        grid_totals.grid_z,
        grid_totals.z,
        grid_products.number * grid_totals.angle as angle,
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
        grid_z,
        z,
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
    group by {{ key_list }}, flip_count, point_count, observed, grid_z, z
),

-- The normal distribution corrects for how far the grid moves the observed sum.
grid_shifts as (
    select
        *,
        2e0 * ({{ normal_tail('z') }} - {{ normal_tail('grid_z') }}) as shift
    from grid_sums
),

grid_flips as (
    select
        {{ key_list }},
        case
            when observed = 0 then 1e0
            else
                least(
                    greatest(1e0 - nearer + shift, power(2e0, 1 - flip_count)), 1e0
                )
        end as at_least,
        greatest(1e0 - no_farther + shift, 0e0) as more
    from grid_shifts
),
{%- endmacro %}
