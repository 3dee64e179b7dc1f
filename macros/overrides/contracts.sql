{#- Checks that each relation has the columns that its YAML declares. dbt's own check
    plans each query again; this one is a single query at the end of the run. If it
    fails, nothing is published. -#}
{% macro check_contract_later(relation) -%}
    {%- if config.get('contract').enforced -%}
        {%- set checked = graph.setdefault('contracts', {}) -%}
        {%- do checked.update(
            {relation.schema ~ '.' ~ relation.identifier: model.columns}
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- One line for each wrong column. -#}
{% macro broken_contracts() -%}
    {%- set checked = graph.get('contracts') -%}
    {%- if not checked -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set types, found, broken = {}, {}, [] -%}
    {%- for columns in checked.values() -%}
        {%- for column in columns.values() -%}
            {%- do types.update({column.data_type: none}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set queries = [] -%}
    {%- for type in types -%}
        {%- do queries.append(
            "select '" ~ type | replace("'", "''") ~ "', typeof(cast(null as " ~ type ~ "))"
        ) -%}
    {%- endfor -%}
    {%- for row in run_query(queries | join(" union all ")).rows -%}
        {%- do types.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {%- for row in run_query(
        "select schema_name || '.' || table_name, column_name, data_type"
        ~ " from duckdb_columns()"
        ~ " where database_name = current_database() order by column_index"
    ).rows if row[0] in checked -%}
        {%- do found.setdefault(row[0], {}).update({row[1]: row[2]}) -%}
    {%- endfor -%}
    {%- for relation, columns in checked.items() -%}
        {%- for column in columns.values() -%}
            {%- set type = found[relation].pop(column.name, 'no such column') -%}
            {%- if type != types[column.data_type] -%}
                {%- do broken.append(
                    relation ~ "." ~ column.name ~ ": " ~ types[column.data_type]
                    ~ " in its YAML, " ~ type ~ " in its SQL"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for name, type in found[relation].items() -%}
            {%- do broken.append(
                relation ~ "." ~ name ~ ": no such column in its YAML, " ~ type
                ~ " in its SQL"
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(broken | sort) }}
{%- endmacro %}
