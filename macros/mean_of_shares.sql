{#- The mean of shares such as 1/3, which a double misses by some 1e-17: at 15
    digits means that are equal compare as equal, and one that is zero is. -#}
{% macro mean_of_shares(expression) -%}
    round({{ exact_mean(expression) }}, 15)
{%- endmacro %}
