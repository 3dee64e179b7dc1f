{#- A value without its last digits, in which equal values may differ: as doubles 0.3 / 3
    is not 0.1, and 7/12 not the mean of 1/3, 2/3 and 3/4. At 15 digits of a share, 4 of 9
    and the mean of 1/3, 1/3 and 2/3 can still differ. -#}
{% macro comparable(expression, unit) -%}
    {%- set digits = {'share': 13, 'usd': 12, 'seconds': 10} -%}
    round({{ expression }}, {{ digits[unit] }})
{%- endmacro %}
