{#- A table, replaced in one statement as views are (view.sql). -#}
{% materialization table, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set table = this.incorporate(type='table') -%}
    {%- set made = made_from(sql, post_hooks) -%}
    {%- if is_unchanged(existing, 'table', made) -%}
        {%- call noop_statement('main', 'UNCHANGED') %}{% endcall -%}
        {%- do remember(made, graph.refresh.then[model.unique_id][1]) -%}
    {%- else -%}
        {{ run_hooks(pre_hooks, inside_transaction=false) }}
        {{ run_hooks(pre_hooks) }}
        {{ adapter.commit() if pre_hooks }}
        {%- if existing and not existing.is_table %}
            {{ drop_relation_if_exists(existing) }}
        {%- endif %}
        {%- call statement('main', auto_begin=false) %}
            {{ config.get('sql_header') or '' }}
            begin transaction;
            create or replace table {{ table }} as (
                {% if config.get('contract').enforced -%}
                    {{ get_select_subquery(sql) }}
                {%- else -%}
                    {{ sql }}
                {%- endif %}
            );
            {{ comments_on(table, model) }}
            commit;
        {%- endcall %}
        {%- do check_contract_later(table) %}
        {{ run_hooks(post_hooks) }}
        {%- do remember(made) %}
        {{ adapter.commit() if post_hooks }}
        {{ run_hooks(post_hooks, inside_transaction=false) }}
    {%- endif -%}
    {{ return({'relations': [table]}) }}
{% endmaterialization %}
