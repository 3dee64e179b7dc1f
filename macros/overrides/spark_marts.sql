{#- Refuses a second build: Spark drops a table before it creates the new one, so the
    table raw.running_build exists while a build runs. Anything wrong with
    $EVALHOUSE_MARTS is refused before the build begins. -#}
{% macro refuse_second_build() -%}
    {%- if run_query("show tables in raw like 'running_build'").rows -%}
        {%- do exceptions.raise_compiler_error(
            'another build runs in this catalog. If it was killed, run'
            ~ ' `drop table raw.running_build` there, and build again'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro spark__begin_refresh() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed') -%}
        {%- set folder = env_var('EVALHOUSE_MARTS', '') -%}
        {%- if folder -%}
            {%- do run_query('create schema if not exists written') -%}
            {%- do spark_write(folder, 'begun', 'select 1 as build') -%}
        {%- endif -%}
        {%- call statement('running_build') -%}
            create table raw.running_build (build string) using parquet
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro spark__end_refresh() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed') -%}
        {%- do run_query('drop table if exists raw.running_build') -%}
    {%- endif -%}
{%- endmacro %}

{#- Writes the views to $EVALHOUSE_MARTS, if it is set, for `python -m loaders import
    --marts`: a folder of Parquet for each view, and last the manifest, without which
    the import refuses the folder. This is done at the end of a build because on Sail
    only the session that built the views can read them. -#}
{% macro write_marts(results) -%}
    {{ adapter.dispatch('write_marts')(results) }}
{%- endmacro %}

{% macro default__write_marts(results) -%}
{%- endmacro %}

{% macro spark__write_marts(results) -%}
    {%- set folder = env_var('EVALHOUSE_MARTS', '') -%}
    {%- if execute and folder and flags.WHICH in ('build', 'run') -%}
        {%- set failed = results
            | selectattr('status', 'in', ['error', 'fail', 'skipped']) | list -%}
        {%- if failed -%}
            {%- do print(
                folder ~ ': no views are written, as ' ~ failed[0].node.name ~ ' failed'
            ) -%}
        {%- else -%}
            {%- set rows = [] -%}
            {%- for name in public_view_names() + ['views'] -%}
                {%- do rows.append(spark_written_mart(folder, name)) -%}
            {%- endfor -%}
            {%- do spark_write(folder, 'manifest', rows | join(' union all ')) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Writes a view and returns the query of its row in the manifest. -#}
{% macro spark_written_mart(folder, name) -%}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ name] -%}
    {%- set columns = {} -%}
    {%- for column in node.columns.values() -%}
        {%- do columns.update({column.name: [column.data_type, column.description]}) -%}
    {%- endfor -%}
    {%- set row_count = spark_write(
        folder, name, 'select * from ' ~ node.schema ~ '.' ~ name
    ) -%}
    {{ return(
        'select ' ~ text_literal(name) ~ ' as view_name, cast(' ~ row_count
        ~ ' as bigint) as row_count, ' ~ text_literal(node.description)
        ~ ' as description, ' ~ text_literal(tojson(columns)) ~ ' as columns'
    ) }}
{%- endmacro %}

{#- Writes the result of a query to a new or empty folder and returns its number of
    rows. -#}
{% macro spark_write(folder, name, sql) -%}
    {%- do run_query('drop table if exists written.' ~ name) -%}
    {%- call statement('write') -%}
        create table written.{{ name }} using parquet
        location {{ text_literal(folder ~ '/' ~ name) }} as {{ sql }}
    {%- endcall -%}
    {{ return(run_query('select count(*) from written.' ~ name).rows[0][0]) }}
{%- endmacro %}
