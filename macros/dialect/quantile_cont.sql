{#- A linearly interpolated quantile, as numpy's default. -#}
{% macro quantile_cont(expression, quantile) -%}
    {{ adapter.dispatch('quantile_cont')(expression, quantile) }}
{%- endmacro %}

{% macro duckdb__quantile_cont(expression, quantile) -%}
    quantile_cont({{ expression }}, {{ quantile }})
{%- endmacro %}

{% macro spark__quantile_cont(expression, quantile) -%}
    percentile({{ expression }}, {{ quantile }})
{%- endmacro %}
