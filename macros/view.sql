{#- A view, made in the place of the one that is there.

    dbt makes it under another name, moves the old one aside, renames the new one and
    drops the old one, so that readers find one at any moment. The copy of the warehouse
    that dbt works on has no readers (warehouse/dbt_plugin.py in loaders), and most of a refresh is
    dbt's statements, not what they compute. -#}
{% materialization view, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set view = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks) }}
    {%- if existing and not existing.is_view %}
        {{ drop_relation_if_exists(existing) }}
    {%- endif %}
    {%- call statement('main') %}
        {{ config.get('sql_header') or '' }}
        create or replace view {{ view }}
        {%- if config.get('contract').enforced %}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
        as (
            {{ sql }}
        )
    {%- endcall %}
    {%- do persist_docs(view, model) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}
