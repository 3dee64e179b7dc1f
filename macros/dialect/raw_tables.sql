{#- Makes the raw tables available. DuckDB has them; Spark reads what `python -m loaders
    export --raw` wrote to $EVALHOUSE_RAW, after comparing it with its manifests. -#}
{% macro attach_raw() -%}
    {{ adapter.dispatch('attach_raw')() }}
{%- endmacro %}

{% macro duckdb__attach_raw() -%}
{%- endmacro %}

{% macro spark__attach_raw() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed', 'test') -%}
        {%- set folder = env_var('EVALHOUSE_RAW', '') -%}
        {%- if not folder -%}
            {%- do exceptions.raise_compiler_error(
                "EVALHOUSE_RAW is not set: export the raw tables (python -m loaders export"
                ~ " --raw DIR) and name that folder, as the cluster sees it"
            ) -%}
        {%- endif -%}
        {%- do run_query('create schema if not exists raw') -%}
        {%- do refuse_second_build() -%}
        {%- do spark_external_table('raw.manifest', {
            'part': 'string',
            'table_name': 'string',
            'columns': 'string',
            'row_count': 'bigint',
            'size_bytes': 'bigint',
        }, 'json', folder ~ '/manifest') -%}
        {%- do refuse_incomplete_export(folder) -%}
        {%- for node in graph.sources.values() -%}
            {%- set columns = {} -%}
            {%- for column in node.columns.values() -%}
                {%- do columns.update({column.name: column.data_type}) -%}
            {%- endfor -%}
            {%- do spark_external_table(
                'raw.' ~ node.name, columns, 'parquet', folder ~ '/' ~ node.name
            ) -%}
        {%- endfor -%}
        {%- do refuse_repeated_files(folder) -%}
    {%- endif -%}
{%- endmacro %}

{% macro spark_external_table(name, columns, format, location) -%}
    {%- set typed = [] -%}
    {%- for column, type in columns.items() -%}
        {%- do typed.append('`' ~ column ~ '` ' ~ portable_type(type)) -%}
    {%- endfor -%}
    {%- do run_query('drop table if exists ' ~ name) -%}
    {%- do run_query(
        'create table ' ~ name ~ ' (' ~ typed | join(', ') ~ ') using ' ~ format
        ~ ' location ' ~ text_literal(location)
    ) -%}
{%- endmacro %}

{#- An export writes its manifest last, with each file and its size. -#}
{% macro refuse_incomplete_export(folder) -%}
    {%- set again = '; export it again: python -m loaders export --raw ' ~ folder -%}
    {%- set files = run_query('select * from raw.manifest') -%}
    {%- if not files | length -%}
        {%- do exceptions.raise_compiler_error(
            folder ~ "/manifest: no manifest, so the export is missing or was not finished"
            ~ again
        ) -%}
    {%- endif -%}
    {%- set sizes = {} -%}
    {%- for row in run_query(
        'select path, length from binaryFile.`' ~ folder ~ '/*/*.parquet`'
    ) -%}
        {%- do sizes.update({row[0].split('/')[-2:] | join('/'): row[1] | int}) -%}
    {%- endfor -%}
    {%- set known = {} -%}
    {%- for row in files -%}
        {%- set path = row['table_name'] ~ '/' ~ row['part'] ~ '.parquet' -%}
        {%- set size = row['size_bytes'] | int -%}
        {%- do known.update({row['table_name']: row['columns']}) -%}
        {%- if path not in sizes -%}
            {%- do exceptions.raise_compiler_error(
                folder ~ '/' ~ path ~ ': the file is missing' ~ again
            ) -%}
        {%- elif sizes.pop(path) != size -%}
            {%- do exceptions.raise_compiler_error(
                folder ~ '/' ~ path ~ ': the file has not the ' ~ size
                ~ ' bytes that its manifest says, so it is cut short or is being written'
                ~ again
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for path in sizes -%}
        {%- do exceptions.raise_compiler_error(
            folder ~ '/' ~ path ~ ': no manifest names the file, so its export was not'
            ~ ' finished' ~ again
        ) -%}
    {%- endfor -%}
    {%- for node in graph.sources.values() -%}
        {%- if known.get(node.name) != node.columns.keys() | join(',') -%}
            {%- do exceptions.raise_compiler_error(
                folder ~ '/' ~ node.name ~ ': the export is of another version of evalhouse'
                ~ ', with other columns' ~ again
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Two machines may export to one folder, but not the same file of runs. -#}
{% macro refuse_repeated_files(folder) -%}
    {%- for row in run_query(
        'select file_id, min(path) as path from raw.files group by file_id'
        ~ ' having count(*) > 1 order by file_id limit 1'
    ) -%}
        {%- do exceptions.raise_compiler_error(
            folder ~ ': ' ~ row['path'] ~ ' (file_id ' ~ row['file_id'] ~ ') is in two'
            ~ ' parts: remove one of them, its manifest first'
        ) -%}
    {%- endfor -%}
{%- endmacro %}
