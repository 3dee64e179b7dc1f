{#- Writes all descriptions of a relation and its columns in one statement. A
    description of a column that does not exist is an error. dbt's own macro reads the
    columns first, twice for each relation, and only warns. -#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
    {%- set comments = comments_on(relation, model, for_relation, for_columns) %}
    {%- if comments %}
        {%- call statement('comments', auto_begin=false) %}
            {{ comments }}
        {%- endcall %}
    {%- endif %}
{% endmacro %}

{% macro comments_on(relation, model, for_relation=true, for_columns=true) -%}
    {%- set comments = [] %}
    {%- if for_relation and config.persist_relation_docs() and model.description %}
        {%- do comments.append(
            duckdb__alter_relation_comment(relation, model.description)
        ) %}
    {%- endif %}
    {%- if for_columns and config.persist_column_docs() %}
        {%- for column in model.columns.values() %}
            {%- do comments.append(
                "comment on column " ~ relation ~ "." ~ adapter.quote(column.name)
                ~ " is " ~ duckdb_escape_comment(column.description) ~ ";"
            ) %}
        {%- endfor %}
    {%- endif %}
    {{ return(comments | join("\n")) }}
{%- endmacro %}
