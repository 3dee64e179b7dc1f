{#- The mean of shares such as 1/3, which a double approximates to 1e-17: rounded
    to 15 digits, equal means compare as equal and a mean of zero is zero. -#}
{% macro mean_of_shares(expression) -%}
    round({{ exact_mean(expression) }}, 15)
{%- endmacro %}
