{#- Whether a reported cost is another one but for rounding, a thousandth. -#}
{% macro is_same_cost(reported, other) -%}
abs({{ reported }} - {{ other }}) <= {{ reported }} / 1000
{%- endmacro %}
