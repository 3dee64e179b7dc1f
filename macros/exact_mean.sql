{#- The mean of doubles, independent of their order; see exact_sum. 18 digits after the
    point are enough for any score or time. -#}
{% macro exact_mean(expression) -%}
    {{ exact_sum(expression, 18) }} / count({{ expression }})
{%- endmacro %}
