{#- A text as a number, as Inspect reads it, with or without blanks around it. Null if
    it is not a number, or not a finite one. -#}
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
