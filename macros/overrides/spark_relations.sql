{#- A query with the columns and types of its contract, if there is one. Types are cast,
    not compared, because Spark counts in int where DuckDB counts in bigint; DuckDB
    compares them. -#}
{% macro spark_contracted(sql) -%}
    {%- if not config.get('contract').enforced -%}
        {{ return(sql) }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append(
            'cast(' ~ column.name ~ ' as ' ~ portable_type(column.data_type)
            ~ ') as ' ~ column.name
        ) -%}
    {%- endfor -%}
    {{ return('select ' ~ columns | join(', ') ~ ' from (' ~ sql ~ ') as contracted') }}
{%- endmacro %}

{#- The columns of the contract with their descriptions, in brackets. -#}
{% macro spark_columns(with_types) -%}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append(
            column.name ~ (' ' ~ portable_type(column.data_type) if with_types else '')
            ~ ' comment ' ~ text_literal(column.description)
        ) -%}
    {%- endfor -%}
    {{ return('(' ~ columns | join(', ') ~ ')') }}
{%- endmacro %}

{#- Sail accepts comments only when a table is created without its rows. This needs
    types, which only a contract has. -#}
{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- set sql = spark_without_steps(relation, compiled_code) -%}
    {%- set format = config.get('file_format', 'parquet') -%}
    {%- if temporary -%}
        create or replace temporary view {{ relation }} as {{ sql }}
    {%- elif config.get('contract').enforced -%}
        {%- call statement('empty_table') -%}
            create table {{ relation }} {{ spark_columns(with_types=true) }}
            using {{ format }} comment {{ text_literal(model.description) }}
        {%- endcall -%}
        insert into {{ relation }} {{ spark_contracted(sql) }}
    {%- else -%}
        create table {{ relation }} using {{ format }} as {{ sql }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__create_view_as(relation, sql) -%}
    create or replace view {{ relation }}
    {%- if config.get('contract').enforced %} {{ spark_columns(with_types=false) }}
    {%- endif %}
    comment {{ text_literal(model.description) }}
    as {{ spark_contracted(spark_without_steps(relation, sql)) }}
{%- endmacro %}

{#- Comments are written when a relation is created. -#}
{% macro spark__persist_docs(relation, model, for_relation, for_columns) %}
{% endmacro %}

{% macro spark__create_csv_table(model, agate_table) %}
    {%- set types = model.config.get('column_types', {}) %}
    {%- set columns = [] %}
    {%- for name in agate_table.column_names %}
        {%- set type = types.get(name, adapter.convert_type(agate_table, loop.index0)) %}
        {%- do columns.append(name ~ ' ' ~ portable_type(type)) %}
    {%- endfor %}
    {%- call statement('create') -%}
        create table {{ this.render() }} ({{ columns | join(', ') }})
        using {{ model.config.get('file_format', 'parquet') }}
        comment {{ text_literal(model.description) }}
    {%- endcall %}
    {{ return('') }}
{% endmacro %}

{#- dbt-spark's own macro writes null as the text None and does not escape quotes. -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model.config.get('column_types', {}) %}
    {%- set rows = [] %}
    {%- for row in agate_table.rows %}
        {%- set cells = [] %}
        {%- for value in row %}
            {%- set name = agate_table.column_names[loop.index0] %}
            {%- set type = types.get(
                name, adapter.convert_type(agate_table, loop.index0)
            ) %}
            {%- set text = 'null' if value is none else text_literal(value | string) %}
            {%- do cells.append('cast(' ~ text ~ ' as ' ~ portable_type(type) ~ ')') %}
        {%- endfor %}
        {%- do rows.append('(' ~ cells | join(', ') ~ ')') %}
    {%- endfor %}
    {%- if not rows %}
        {{ return('') }}
    {%- endif %}
    {%- set sql = 'insert into ' ~ this.render() ~ ' values ' ~ rows | join(', ') %}
    {%- do adapter.add_query(sql, abridge_sql_log=True) %}
    {{ return(sql) }}
{% endmacro %}
