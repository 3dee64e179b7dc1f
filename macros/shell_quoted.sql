{#- Quotes any text as one word of a POSIX shell. 39 is the quote character: two quotes
    in a literal are one in DuckDB and Spark, and none in Sail. -#}
{% macro shell_quoted(text) -%}
    chr(39) || replace(
        {{ text }}, chr(39), chr(39) || chr(92) || chr(39) || chr(39)
    ) || chr(39)
{%- endmacro %}
