{#- The normal distribution's 0.975 quantile, for a two-sided 95 % interval. -#}
{% macro normal_quantile_975() -%}
    1.959963984540054e0
{%- endmacro %}
