{#- Whether an attempt used tokens but has a cost of 0, because its model had no
    price. -#}
{% macro is_unpriced_attempt(attempts) -%}
({{ attempts }}.cost_usd = 0 and {{ attempts }}.total_tokens > 0)
{%- endmacro %}
