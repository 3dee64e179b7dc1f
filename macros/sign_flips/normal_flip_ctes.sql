{#- `near_flips` (keys, at_least, more) of the `unequal_flips` whose method is
    `normal`: the four largest clusters take every pattern of signs, the sum of
    the others is normal by Edgeworth's series with its fourth and sixth
    cumulants. Where sizes lie on a grid, so do the sums: Sheppard's correction
    of the cumulants, and half a step for the continuity. -#}
{% macro normal_flip_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
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
-- Few rows come first: Sail joins each row of the left side by itself.
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
    from patterns
    cross join (
        select -1 as side
        union all
        select 1 as side
    ) as sides
    cross join flip_moments
    where patterns.number < 16
),

-- Far from 0 the correction is not valid, and the normal tail is too large.
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

-- At least the probability of the two patterns with the greatest sum.
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
{%- endmacro %}
