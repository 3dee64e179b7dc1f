{#- A text as a literal of SQL. -#}
{% macro text_literal(text) -%}
    {{ adapter.dispatch('text_literal')(text) }}
{%- endmacro %}

{% macro duckdb__text_literal(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}

{#- A backslash escapes in Spark. -#}
{% macro spark__text_literal(text) -%}
    '{{ text | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}
