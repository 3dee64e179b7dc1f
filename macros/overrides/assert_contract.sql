{#- The columns of a relation that has just been made are those that its YAML says. dbt's
    own check plans the query again; nothing is published of a run that fails. -#}
{% macro assert_contract(relation) -%}
    {%- if config.get('contract').enforced -%}
        {%- set said, found = [], [] -%}
        {%- for column in model.columns.values() -%}
            {%- do said.append([column.name, declared_type(column.data_type)]) -%}
        {%- endfor -%}
        {%- for row in run_query(
            "select column_name, data_type from duckdb_columns()"
            ~ " where database_name = current_database()"
            ~ " and schema_name = '" ~ relation.schema ~ "'"
            ~ " and table_name = '" ~ relation.identifier ~ "'"
        ).rows -%}
            {%- do found.append([row[0], row[1]]) -%}
        {%- endfor -%}
        {%- if said | sort != found | sort -%}
            {%- do exceptions.raise_contract_error(
                columns_of_contract(said), columns_of_contract(found)
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro columns_of_contract(columns) -%}
    {%- set formatted = [] -%}
    {%- for name, type in columns -%}
        {%- do formatted.append(
            {'name': name, 'data_type': type, 'formatted': name ~ ' ' ~ type}
        ) -%}
    {%- endfor -%}
    {{ return(formatted) }}
{%- endmacro %}

{#- A type as the warehouse calls it; asked once. -#}
{% macro declared_type(type) -%}
    {%- set types = graph.setdefault('types', {}) -%}
    {%- if type not in types -%}
        {%- set name = run_query("select typeof(cast(null as " ~ type ~ "))") -%}
        {%- do types.update({type: name.rows[0][0]}) -%}
    {%- endif -%}
    {{ return(types[type]) }}
{%- endmacro %}
