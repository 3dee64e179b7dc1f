{#- The sum of doubles rounded to 2^-30 each, the same whatever their order at
    half the price of exact_sum: where nine digits after the point are enough
    and many rows are added up. No double may exceed 2^33. -#}
{% macro rounded_sum(expression) -%}
    sum(cast(round({{ expression }} * 1073741824e0) as bigint)) / 1073741824e0
{%- endmacro %}
