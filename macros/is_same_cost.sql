{#- Whether a reported cost equals another one, to a thousandth of it. -#}
{% macro is_same_cost(reported, other) -%}
abs({{ reported }} - {{ other }}) <= {{ reported }} / 1000
{%- endmacro %}
