{#- Clusters whose equations are solved at once, as columns of a row: a solver's
    step joins all pairs of models, whatever it then adds up. -#}
{% macro rating_block_width() -%}
    12
{%- endmacro %}
