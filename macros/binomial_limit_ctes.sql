{#- CTEs that turn `observed` (the columns `keys`, rate, trial_count) into the exact 95
    % limits of Clopper and Pearson. The last one is `binomial_limits` (keys, ci_low,
    ci_high). trial_count need not be an integer (Korn and Graubard): a limit is a
    quantile of the beta distribution. -#}
{% macro binomial_limit_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
-- Only lower limits: the upper limit of a rate is one minus the lower limit of
-- its complement.
ends as (
    select
        {{ key_list }},
        'low' as limit_end,
        rate * trial_count as a,
        (1e0 - rate) * trial_count + 1e0 as b,
        rate as share,
        trial_count
    from observed
    union all
    select
        {{ key_list }},
        'high' as limit_end,
        (1e0 - rate) * trial_count as a,
        rate * trial_count + 1e0 as b,
        1e0 - rate as share,
        trial_count
    from observed
),

-- Below 0.01 successes the limit is 0 in its first hundred digits.
beta_ends as (
    select
        *,
        {{ ln_gamma('a') }} + {{ ln_gamma('b') }} - {{ ln_gamma('(a + b)') }}
            as ln_beta,
        {{ normal_quantile_975() }} as z
    from ends
    where a >= 0.01
),

-- The search starts at Wilson's limit. With less than one success it starts
-- where a power of the share, which the distribution then resembles, reaches
-- 2.5 %.
beta_step_0 as (
    select
        {{ key_list }},
        limit_end,
        a,
        b,
        ln_beta,
        case
            when a < 1
                then least((ln(0.025e0) + ln(a) + ln_beta) / a, ln(share))
            else
                ln(
                    (
                        share + z * z / (2e0 * trial_count)
                        - z * sqrt(
                            share * (1e0 - share) / trial_count
                            + z * z / (4e0 * trial_count * trial_count)
                        )
                    )
                    / (1e0 + z * z / trial_count)
                )
        end as ln_limit
    from beta_ends
),
{% for step in range(1, 5) %}
beta_limit_{{ step }} as (
    select
        *,
        exp(ln_limit) as x
    from beta_step_{{ step - 1 }}
),

beta_tail_{{ step }} as (
    select
        *,
        {{ beta_fraction('a', 'b', 'x', 21, 30, '1e0') }} as far_tail
    from beta_limit_{{ step }}
),

beta_middle_{{ step }} as (
    select
        *,
        {{ beta_fraction('a', 'b', 'x', 11, 20, 'far_tail') }} as tail
    from beta_tail_{{ step }}
),

beta_fraction_{{ step }} as (
    select
        *,
        {{ beta_fraction('a', 'b', 'x', 1, 10, 'tail') }} as fraction
    from beta_middle_{{ step }}
),

-- Newton's step on the logarithm of the probability.
beta_step_{{ step }} as (
    select
        {{ key_list }},
        limit_end,
        a,
        b,
        ln_beta,
        least(
            ln_limit
            - (
                a * ln_limit
                + b * ln(1e0 - x)
                - ln(a)
                - ln_beta
                - ln(fraction)
                - ln(0.025e0)
            )
            * (1e0 - x)
            / (a * fraction),
            -1e-15
        ) as ln_limit
    from beta_fraction_{{ step }}
),
{% endfor %}
binomial_limits as (
    select
        {{ key_list }},
        round(
            coalesce(
                max(case when limit_end = 'low' then exp(ln_limit) end), 0e0
            ),
            10
        ) as ci_low,
        round(
            1e0 - coalesce(
                max(case when limit_end = 'high' then exp(ln_limit) end), 0e0
            ),
            10
        ) as ci_high
    from beta_step_4
    group by {{ key_list }}
),
{%- endmacro %}

{#- The terms `first` to `last` of the continued fraction of the incomplete beta
    function, 1 + d1 / (1 + d2 / ...); `tail` is what follows. I_x(a, b) = x^a (1 - x)^b
    / (a B(a, b) * fraction). At a quantile below the mean, 30 terms are accurate to
    1e-8 (Abramowitz and Stegun 26.5.8). -#}
{% macro beta_fraction(a, b, x, first, last, tail) -%}
(
    {%- for j in range(first, last + 1) %}
    {%- set m = j // 2 %}
    1e0
    {%- if j % 2 == 0 %}
    + {{ m }}e0 * ({{ b }} - {{ m }}) * {{ x }}
    {%- else %}
    - ({{ a }} + {{ m }}) * ({{ a }} + {{ b }} + {{ m }}) * {{ x }}
    {%- endif %}
    / (({{ a }} + {{ j - 1 }}) * ({{ a }} + {{ j }}))
    / {% if j < last %}({% else %}{{ tail }}{% endif %}
    {%- endfor %}
    {{ ')' * (last - first) }}
)
{%- endmacro %}
