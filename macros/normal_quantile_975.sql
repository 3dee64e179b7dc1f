{#- The normal distribution's quantile of a two-sided 95 % interval. -#}
{% macro normal_quantile_975() -%}
    1.959963984540054e0
{%- endmacro %}
