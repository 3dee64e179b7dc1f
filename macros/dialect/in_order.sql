{#- An aggregate of doubles that takes them from small to large, so that its last
    digits are the same in every run; see exact_sum, which is for sums whose
    terms have few digits before the point. -#}
{% macro in_order(aggregate, expression) -%}
    {{ adapter.dispatch('in_order')(aggregate, expression) }}
{%- endmacro %}

{% macro duckdb__in_order(aggregate, expression) -%}
    {{ aggregate }}({{ expression }} order by {{ expression }})
{%- endmacro %}
