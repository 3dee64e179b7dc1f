{#- Path of the user's own rows for a seed: local/<seed>.csv next to seeds/ (git ignores
    local/), or in the folder $EVALHOUSE_LOCAL. Characters that are patterns in a path
    of read_csv are escaped. -#}
{% macro local_path(root, name) -%}
    {%- set folder = env_var('EVALHOUSE_LOCAL', '') or root ~ '/local' -%}
    {{ return(path_pattern(folder, '/' ~ name ~ '.csv')) }}
{%- endmacro %}

{#- The files below a folder, as a literal for SQL; the folder's own name is not read as
    a pattern. -#}
{% macro path_pattern(folder, pattern) -%}
    {%- set escaped = folder | replace('[', '[[]') | replace('*', '[*]')
        | replace('?', '[?]') | replace("'", "''") -%}
    {{ return("'" ~ escaped ~ pattern ~ "'") }}
{%- endmacro %}

{#- The key of a seed: the columns that its rules declare unique, except its
    position. -#}
{% macro seed_key(seed) -%}
    {%- set found = namespace(columns=[]) -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'test' and node.attached_node == seed.unique_id -%}
        {%- set rules = node.test_metadata.kwargs -%}
        {%- set unique = rules.get('unique', []) | reject('equalto', 'position') -%}
        {%- set found.columns = rules.get('key') or (unique | list)[:1] -%}
    {%- endfor -%}
    {{ return(found.columns) }}
{%- endmacro %}

{#- SQL that puts the user's own rows before those of a seed. They replace rows with the
    same key. In a seed whose first matching rule counts they come first, in the order
    of the file. Letters are composed (NFC), as in loaded names. -#}
{% macro local_rows() -%}
    {{ adapter.dispatch('local_rows')() }}
{%- endmacro %}

{#- Spark does not see the folder; docs/engine.md says so. -#}
{% macro spark__local_rows() -%}
{%- endmacro %}

{% macro duckdb__local_rows() -%}
    {%- set path = local_path(model.root_path, model.name) -%}
    {%- if execute and model.name in graph.get('refresh', {}).get('local', {}) -%}
        {%- set reader = "read_csv(" ~ path ~ ", header = true, all_varchar = true,"
            ~ " delim = ',', quote = '\"', escape = '\"', strict_mode = true)" -%}
        {%- set own = run_query("describe select * from " ~ reader) -%}
        {%- set names = own.columns[0].values() | list -%}
        {%- set types = model.config.column_types -%}
        {%- set expected = adapter.get_columns_in_relation(this)
            | map(attribute='name') | list -%}
        {%- if names | sort != expected | sort -%}
            {%- do exceptions.raise_compiler_error(
                "local/" ~ model.name ~ ".csv has the columns " ~ (names | join(", "))
                ~ "; write those of the seed: " ~ (expected | join(", "))
            ) -%}
        {%- endif -%}
        {%- set key = seed_key(model) -%}
        {%- if key %}
        delete from {{ this }} as seed_rows
        where exists (
            select 1
            from {{ reader }} as own_rows
            where
                {%- for column in key %}
                seed_rows.{{ column }} is not distinct from cast(
                    nfc_normalize(own_rows.{{ column }})
                    as {{ types.get(column, 'varchar') }}
                )
                {{- ' and' if not loop.last }}
                {%- endfor %}
        );
        {%- endif %}
        insert into {{ this }} ({{ expected | join(', ') }})
        select
            {%- for column in expected %}
            {%- if column == 'position' %}
            row_number() over ()
            - (select count(*) from {{ reader }})
            - 1
            + coalesce((select min(position) from {{ this }}), 1)
            {%- else %}
            cast(
                nfc_normalize({{ column }}) as {{ types.get(column, 'varchar') }}
            )
            {%- endif %}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from {{ reader }}
    {%- endif -%}
{%- endmacro %}

{#- An error if a file in local/ is not named after a seed, because it would have no
    effect. -#}
{% macro refuse_unknown_local_rows() %}
    {{ adapter.dispatch('refuse_unknown_local_rows')() }}
{% endmacro %}

{% macro spark__refuse_unknown_local_rows() %}
{% endmacro %}

{% macro duckdb__refuse_unknown_local_rows() %}
    {%- if execute %}
        {%- set seeds = graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'seed') | list %}
        {%- set known = seeds | map(attribute='name') | list %}
        {%- set path = local_path(seeds[0].root_path, '*') %}
        {%- for row in run_query("select file from glob(" ~ path ~ ")") %}
            {%- set name = row[0].split('/')[-1][:-4] %}
            {%- if name not in known %}
                {%- do exceptions.raise_compiler_error(
                    "local/" ~ name ~ ".csv: there is no seed of that name; the seeds"
                    ~ " are " ~ (known | sort | join(", "))
                ) %}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
{% endmacro %}
