{#- `equal_flips` (keys, flip_p, flip_mid_p) of the `flip_totals` whose sums have
    one size: then only the number of positive ones matters, as in a sign test. -#}
{% macro equal_flip_ctes(keys) -%}
{%- set key_list = keys | join(', ') -%}
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
{%- endmacro %}
