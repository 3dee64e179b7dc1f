{#- A text as one word of a POSIX shell, whatever is in it. -#}
{% macro shell_quoted(text) -%}
    '''' || replace({{ text }}, '''', '''' || chr(92) || '''''') || ''''
{%- endmacro %}
