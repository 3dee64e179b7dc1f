{#- A view, replaced in one statement. dbt's own materialization creates the new view under
    another name, renames both and drops the old one, so that readers find one at any
    moment. The copy of the warehouse that dbt works on has no readers
    (loaders/warehouse/dbt_plugin.py), and most of a refresh is statements, not computing. -#}
{% materialization view, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set view = this.incorporate(type='view') -%}
    {%- set made = made_from(sql, post_hooks) -%}
    {%- do remember(made) -%}
    {%- if is_unchanged(existing, 'view', made) -%}
        {%- call noop_statement('main', 'UNCHANGED') %}{% endcall -%}
    {%- else -%}
        {{ run_hooks(pre_hooks, inside_transaction=false) }}
        {{ run_hooks(pre_hooks) }}
        {{ adapter.commit() if pre_hooks }}
        {%- if existing and not existing.is_view %}
            {{ drop_relation_if_exists(existing) }}
        {%- endif %}
        {%- call statement('main', auto_begin=false) %}
            {{ config.get('sql_header') or '' }}
            begin transaction;
            create or replace view {{ view }} as (
                {{ sql }}
            );
            {{ comments_on(view, model) }}
            commit;
        {%- endcall %}
        {%- do check_contract_later(view) %}
        {{ run_hooks(post_hooks) }}
        {{ adapter.commit() if post_hooks }}
        {{ run_hooks(post_hooks, inside_transaction=false) }}
    {%- endif -%}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}
