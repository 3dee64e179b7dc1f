{#- The mean of shares such as 1/3, which a double approximates to 1e-17: rounded
    to 13 digits, equal means compare as equal and a mean of zero is zero. At 15
    digits 4 of 9 and the mean of 1/3, 1/3 and 2/3 can differ. -#}
{% macro mean_of_shares(expression) -%}
    round({{ exact_mean(expression) }}, 13)
{%- endmacro %}
