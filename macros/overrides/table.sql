{#- A table, made in the place of the one that is there, as views are (view.sql). -#}
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
        {%- if existing and not existing.is_table %}
            {{ drop_relation_if_exists(existing) }}
        {%- endif %}
        {%- call statement('main') %}
            {{ config.get('sql_header') or '' }}
            create or replace table {{ table }} as (
                {% if config.get('contract').enforced -%}
                    {{ get_select_subquery(sql) }}
                {%- else -%}
                    {{ sql }}
                {%- endif %}
            )
        {%- endcall %}
        {%- do assert_contract(table) %}
        {{ run_hooks(post_hooks) }}
        {%- do persist_docs(table, model) %}
        {%- if made %}
            {%- do remember(made, content_of(table)) %}
        {%- endif %}
        {{ adapter.commit() }}
        {{ run_hooks(post_hooks, inside_transaction=false) }}
    {%- endif -%}
    {{ return({'relations': [table]}) }}
{% endmaterialization %}
