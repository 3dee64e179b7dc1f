{#- A name before a separator in an id of two names, so that no two pairs make one id:
    `a:b` and `c` differ from `a` and `b:c`. Names without the separator stay as they
    are, but for %. -#}
{% macro escaped(name, separator) -%}
    {%- set codes = {':': '%3A', '/': '%2F'} -%}
    replace(replace({{ name }}, '%', '%25'), '{{ separator }}', '{{ codes[separator] }}')
{%- endmacro %}
