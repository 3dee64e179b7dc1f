{#- `template` once for each number below `count`, which replaces its `#`. -#}
{% macro numbered_columns(template, count, separator=',') -%}
    {%- for number in range(count) -%}
        {{ template | replace('#', number) }}
        {{- separator ~ '\n' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
