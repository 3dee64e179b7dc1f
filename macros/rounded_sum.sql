{#- The sum of doubles rounded to 2^-`bits` each, the same whatever their order at
    half the price of exact_sum: where so many digits are enough and many rows
    are added up. No double may exceed 2^(63 - bits). -#}
{% macro rounded_sum(expression, bits=30) -%}
    sum(cast(round({{ expression }} * {{ 2 ** bits }}e0) as bigint)) / {{ 2 ** bits }}e0
{%- endmacro %}
