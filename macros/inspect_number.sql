{#- The number that a text is, as Inspect reads it, with blanks around it or without;
    null where it is none, or not finite. -#}
{% macro inspect_number(text) -%}
    {%- set text = 'trim(' ~ text ~ ')' %}
    case
        when
            {{ matches_pattern(
                text, "'^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'"
            ) }}
            and abs(try_cast({{ text }} as double))
            < cast('infinity' as double)
            then try_cast({{ text }} as double)
    end
{%- endmacro %}
