{#- CTEs of the sign test of `splits` (more_count, fewer_count; each pair once). The
    last one is `sign_tests`: the probability of so uneven a split, or a more uneven
    one, if both sides are equally likely. Exact: twice the binomial's lower tail. -#}
{% macro sign_test_ctes() -%}
trial_numbers as (
    {{ number_series(
        '0', '(select coalesce(max(more_count + fewer_count), 0) from splits)'
    ) }}
),

log_factorials as (
    select
        number,
        sum(ln(greatest(number, 1))) over (order by number) as ln_factorial
    from trial_numbers
),

tail_terms as (
    select
        splits.more_count,
        splits.fewer_count,
        n.ln_factorial
        - k.ln_factorial
        - n_minus_k.ln_factorial
        - n.number * ln(2) as ln_term
    from splits
    inner join log_factorials as n
        on splits.more_count + splits.fewer_count = n.number
    inner join log_factorials as k
        on k.number <= least(splits.more_count, splits.fewer_count)
    inner join log_factorials as n_minus_k
        on n.number - k.number = n_minus_k.number
),

greatest_terms as (
    select
        more_count,
        fewer_count,
        max(ln_term) as ln_greatest
    from tail_terms
    group by more_count, fewer_count
),

-- Terms relative to the greatest one, so that a tiny p keeps its digits.
sign_tests as (
    select
        more_count,
        fewer_count,
        least(
            2
            * exp(greatest_terms.ln_greatest)
            * {{ exact_sum(
                'exp(tail_terms.ln_term - greatest_terms.ln_greatest)', 18
            ) }},
            1e0
        ) as sign_test_p,
        -- The probability of exactly this split.
        exp(greatest_terms.ln_greatest) as same_split_p
    from tail_terms
    inner join greatest_terms using (more_count, fewer_count)
    group by
        more_count,
        fewer_count,
        greatest_terms.ln_greatest
),
{%- endmacro %}
