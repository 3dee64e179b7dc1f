{#- Number of clusters whose equations are solved at once, as columns of a row: each
    step joins all pairs of models, however many columns it sums. -#}
{% macro rating_block_width() -%}
    12
{%- endmacro %}
