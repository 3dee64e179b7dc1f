{#- A seed is loaded again if its file, its rows in local/ or its YAML has changed.
    DuckDB reads it, as dbt would first read each file in Python to guess types that the
    YAML already declares. -#}
{% materialization seed, adapter='duckdb' %}
    {%- set seed = this.incorporate(type='table') -%}
    {#- For a large file dbt has only its path. -#}
    {%- set is_known = model.checksum.name == 'sha256' and graph.refresh -%}
    {%- set made = made_from([
        model.checksum.checksum,
        graph.refresh.local.get(model.name),
        model.config.column_types
    ]) if is_known else none -%}
    {%- if is_unchanged(load_cached_relation(this), 'table', made) -%}
        {%- call noop_statement('main', 'UNCHANGED') %}{% endcall -%}
        {%- do remember(made, graph.refresh.then[model.unique_id][1]) -%}
    {%- else -%}
        {{ run_hooks(pre_hooks, inside_transaction=false) }}
        {{ run_hooks(pre_hooks) }}
        {{ adapter.commit() if pre_hooks }}
        {%- call statement('main', auto_begin=false) %}
            begin transaction;
            create or replace table {{ seed }} as
            select * from {{ rows_of_seed() }};
            {{ comments_on(seed, model) }}
            commit;
        {%- endcall %}
        {{ run_hooks(post_hooks) }}
        {{ adapter.commit() if post_hooks }}
        {{ run_hooks(post_hooks, inside_transaction=false) }}
        {%- do remember(made) -%}
    {%- endif -%}
    {#- dbt expects the rows that it read; there are none. -#}
    {%- do store_result('agate_table', 'OK') -%}
    {{ return({'relations': [seed]}) }}
{% endmaterialization %}

{#- Without options, DuckDB may skip a first line as a title or a comment. -#}
{% macro rows_of_seed() -%}
    {%- set types = [] -%}
    {%- for name, type in model.config.column_types.items() -%}
        {%- do types.append(adapter.quote(name) ~ ": '" ~ type ~ "'") -%}
    {%- endfor -%}
    read_csv(
        {{ path_pattern(model.root_path, '/' ~ model.original_file_path) }},
        header = true, delim = ',', quote = '"', escape = '"', skip = 0, comment = ''
        {{- ', types = {' ~ types | join(', ') ~ '}' if types }}
    )
{%- endmacro %}
