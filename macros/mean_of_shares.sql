{#- The mean of shares such as 1/3: equal means compare as equal, and a mean of zero is
    zero. -#}
{% macro mean_of_shares(expression) -%}
    {{ comparable(exact_mean(expression), 'share') }}
{%- endmacro %}
