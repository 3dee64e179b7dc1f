{#- A text as one word of a POSIX shell, whatever is in it. 39 is the quote: two in a
    literal are one in DuckDB and Spark, and none in Sail. -#}
{% macro shell_quoted(text) -%}
    chr(39) || replace(
        {{ text }}, chr(39), chr(39) || chr(92) || chr(39) || chr(39)
    ) || chr(39)
{%- endmacro %}
