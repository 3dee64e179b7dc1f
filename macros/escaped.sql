{#- Escapes a name that is followed by a separator in an id of two names, so that
    different pairs have different ids: `a:b` and `c`, or `a` and `b:c`. A name without
    the separator is unchanged, except for %. -#}
{% macro escaped(name, separator) -%}
    {%- set codes = {':': '%3A', '/': '%2F'} -%}
    replace(replace({{ name }}, '%', '%25'), '{{ separator }}', '{{ codes[separator] }}')
{%- endmacro %}
