{#- The sum of doubles, independent of their order. A sum of doubles differs in its last
    digits from run to run if several threads share it; a sum of decimals does not.
    `scale` is the number of digits after the point, `digits` that of all digits of one
    value; 18 are faster than 38. -#}
{% macro exact_sum(expression, scale, digits=38) -%}
    cast(sum(cast({{ expression }} as decimal({{ digits }}, {{ scale }}))) as double)
{%- endmacro %}
