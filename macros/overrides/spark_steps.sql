{#- `sql` with a table instead of each CTE that steps_first marks (see
    macros/dialect/steps.sql). The tables are created in the schema `steps`. -#}
{% macro spark_without_steps(relation, sql) -%}
    {%- set rest = namespace(sql=sql) -%}
    {%- if '/*steps*/' in sql -%}
        {%- set rest.sql = sql | replace('with recursive', 'with') -%}
        {%- do spark_drop_steps(relation) -%}
        {%- for marked in range(sql.count('/*steps*/')) -%}
            {%- set before, marked_cte = rest.sql.split('/*steps*/', 1) -%}
            {%- set name, cte = marked_cte.split('/*first*/', 1) -%}
            {%- set body, after = cte.split('/*end*/', 1) -%}
            {%- set table = 'steps.' ~ relation.schema ~ '__' ~ relation.identifier
                ~ '__' ~ name | trim -%}
            {%- set rows = spark_all_steps(table, name, before, body) -%}
            {%- set rest.sql = before ~ name ~ 'as (' ~ rows ~ ')' ~ after -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(rest.sql) }}
{%- endmacro %}

{#- Creates the tables of all steps of the CTE `name` and returns the query of their
    rows. -#}
{% macro spark_all_steps(table, name, before, body) -%}
    {%- if '/*next*/' not in body -%}
        {%- do spark_table(table, before ~ ' kept as (' ~ body ~ ') select * from kept') -%}
        {{ return('select * from ' ~ table) }}
    {%- endif -%}
    {%- set first, repeated = body.split('/*next*/', 1) -%}
    {%- set union, next = repeated.split('/*step*/', 1) -%}
    {%- set is_distinct = union | trim == 'union' -%}
    {%- set made = [] -%}
    {%- set last = namespace(is_empty=false) -%}
    {%- for step in range(10000) if not last.is_empty -%}
        {%- if step == 0 -%}
            {%- set query = before ~ ' first_step as (' ~ first ~ ') select '
                ~ ('distinct ' if is_distinct else '') ~ '* from first_step' -%}
        {%- else -%}
            {%- set query = before ~ name ~ 'as (' ~ made[-1] ~ '), next_step as ('
                ~ next ~ ') select * from next_step'
                ~ (' except (' ~ made | join(' union all ') ~ ')' if is_distinct else '')
            -%}
        {%- endif -%}
        {%- do spark_table(table ~ '__' ~ step, query) -%}
        {%- do made.append('select * from ' ~ table ~ '__' ~ step) -%}
        {%- set row_count = run_query(
            'select count(*) from ' ~ table ~ '__' ~ step
        ).rows[0][0] -%}
        {%- set last.is_empty = row_count | int == 0 -%}
    {%- endfor -%}
    {{ return(made | join(' union all ')) }}
{%- endmacro %}

{% macro spark_table(table, query) -%}
    {%- call statement('step') -%}
        create table {{ table }} using {{ config.get('file_format', 'parquet') }}
        as {{ query }}
    {%- endcall -%}
{%- endmacro %}

{#- Drops the tables of the last build, which may have needed another number of
    steps. -#}
{% macro spark_drop_steps(relation) -%}
    {%- do run_query('create schema if not exists steps') -%}
    {%- set stem = relation.schema ~ '__' ~ relation.identifier ~ '__' -%}
    {%- for row in run_query('show tables in steps') -%}
        {%- if row['tableName'].startswith(stem) -%}
            {%- do run_query('drop table if exists steps.' ~ row['tableName']) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
