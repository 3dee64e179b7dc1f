{#- A name as part of an id whose parts are separated by colons, so that no part looks
    like two. -#}
{% macro id_part(column) -%}
    replace(replace({{ column }}, '%', '%25'), ':', '%3A')
{%- endmacro %}
