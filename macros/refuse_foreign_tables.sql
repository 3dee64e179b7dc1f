{#- An error if the user has a table with the name of a mart, because it would be
    replaced. Tables that dbt created have a comment. -#}
{% macro refuse_foreign_tables() %}
    {{ adapter.dispatch('refuse_foreign_tables')() }}
{% endmacro %}

{#- On Spark the project has schemas of its own. -#}
{% macro spark__refuse_foreign_tables() %}
{% endmacro %}

{% macro duckdb__refuse_foreign_tables() %}
    {%- if execute %}
        {%- set marts = [] %}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.schema == 'main' %}
            {%- do marts.append("'" ~ node.alias ~ "'") %}
        {%- endfor %}
        {%- set foreign_tables = run_query(
            "select table_name from duckdb_tables() where comment is null"
            ~ " and database_name = current_database()"
            ~ " and schema_name = 'main'"
            ~ " and table_name in (" ~ marts | join(", ") ~ ")"
        ) %}
        {%- for row in foreign_tables %}
            {%- do exceptions.raise_compiler_error(
                "The table `" ~ row[0] ~ "` was not made by dbt, and a view of that "
                ~ "name would take its place: rename it and run this again"
            ) %}
        {%- endfor %}
    {%- endif %}
{% endmacro %}
