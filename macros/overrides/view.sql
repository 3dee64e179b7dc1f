{#- A view, made in the place of the one that is there.

    dbt makes it under another name, moves the old one aside, renames the new one and
    drops the old one, so that readers find one at any moment. The copy of the warehouse
    that dbt works on has no readers (warehouse/dbt_plugin.py in loaders), and most of a refresh is
    dbt's statements, not what they compute. -#}
{% materialization view, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set view = this.incorporate(type='view') -%}
    {%- set made = made_from(sql, post_hooks) -%}
    {#- For its readers it has the content of what it reads. -#}
    {%- if made -%}
        {%- do remember([made[0], made[0]], made[1]) -%}
    {%- endif -%}
    {%- if is_unchanged(existing, 'view', made) -%}
        {%- call noop_statement('main', 'UNCHANGED') %}{% endcall -%}
    {%- else -%}
        {{ run_hooks(pre_hooks, inside_transaction=false) }}
        {{ run_hooks(pre_hooks) }}
        {%- if existing and not existing.is_view %}
            {{ drop_relation_if_exists(existing) }}
        {%- endif %}
        {%- call statement('main') %}
            {{ config.get('sql_header') or '' }}
            create or replace view {{ view }} as (
                {{ sql }}
            )
        {%- endcall %}
        {%- do assert_contract(view) %}
        {%- do persist_docs(view, model) %}
        {{ run_hooks(post_hooks) }}
        {{ adapter.commit() }}
        {{ run_hooks(post_hooks, inside_transaction=false) }}
    {%- endif -%}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}
