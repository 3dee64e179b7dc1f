{#- A seed is loaded again if its file has changed, one's own rows of it, or its YAML. -#}
{% materialization seed, adapter='duckdb' %}
    {%- set seed = this.incorporate(type='table') -%}
    {#- dbt knows of a large file only its path. -#}
    {%- set is_known = model.checksum.name == 'sha256' and graph.refresh -%}
    {%- set made = made_from([
        model.checksum.checksum,
        graph.refresh.local.get(model.name),
        model.config.column_types
    ]) if is_known else none -%}
    {%- if is_unchanged(load_cached_relation(this), 'table', made) -%}
        {%- call noop_statement('main', 'UNCHANGED') %}{% endcall -%}
        {#- What `dbt seed --show` shows: nothing of a file that it has not read. -#}
        {%- do store_raw_result(
            'agate_table', 'UNCHANGED', code=none, rows_affected=none,
            agate_table=graph.refresh.nothing
        ) -%}
        {%- do remember(made, graph.refresh.then[model.unique_id][1]) -%}
    {%- else -%}
        {%- do dbt.materialization_seed_default() -%}
        {%- do remember(made) -%}
    {%- endif -%}
    {{ return({'relations': [seed]}) }}
{% endmaterialization %}
