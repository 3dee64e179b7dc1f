{#- Whether METR's name of an agent stands for people: `Human`, `human (first)`. -#}
{% macro is_human_name(name) -%}
(lower(trim({{ name }})) = 'human' or lower(trim({{ name }})) like 'human (%)')
{%- endmacro %}
