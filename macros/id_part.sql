{#- A name as part of an id whose parts a colon separates: no part looks like two. -#}
{% macro id_part(column) -%}
    replace(replace({{ column }}, '%', '%25'), ':', '%3A')
{%- endmacro %}
