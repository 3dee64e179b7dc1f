{#- What cannot have changed is not made again. The table intermediate.made keeps, of each
    node of the last refresh, what it was made from and what came out:

    made_from   a hash of its SQL, its YAML, all macros, and of the same of all that it
                reads, up to the raw tables; of a seed its file too, of all but views the
                contents of what they read
    content     of a table a hash of its rows, of a view one of its comment, of a data test
                that it passed

    A node with both unchanged is left as it is. One is always made whose parents are not
    all in the same run, and all are with --full-refresh. The table is read once, when
    a run begins, and written once, when it ends; in between it is in graph['refresh'].
    A run that fails is not published, and neither is what it says here. -#}
{% macro begin_refresh() %}
    {{ adapter.dispatch('begin_refresh')() }}
{% endmacro %}

{% macro end_refresh() %}
    {{ adapter.dispatch('end_refresh')() }}
{% endmacro %}

{#- Engines without it make everything each time. -#}
{% macro default__begin_refresh() %}{% endmacro %}
{% macro default__end_refresh() %}{% endmacro %}

{% macro duckdb__begin_refresh() %}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed') %}
        {%- set seeds = graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'seed') %}
        {%- set root = (seeds | first).root_path %}
        {%- do run_query(
            "create schema if not exists intermediate;"
            ~ " create table if not exists intermediate.made"
            ~ " (node varchar, made_from varchar, content varchar);"
            ~ " comment on table intermediate.made is 'One row per view, seed and data"
            ~ " test: what it was made from, so that it is not made again'"
        ) %}
        {%- set macros = run_query(
            "select md5(string_agg(content, '' order by filename)) || version()"
            ~ " from read_text(" ~ path_pattern(root, "/macros/**/*.sql") ~ ")"
        ).rows[0][0] %}
        {%- set state = {
            'base': macros ~ dbt_version, 'then': {}, 'now': {}, 'local': {},
            'nothing': run_query("select 1 as nothing where false"),
            'passed': run_query(
                "select 0 as failures, false as should_warn, false as should_error"
            )
        } %}
        {%- if not flags.FULL_REFRESH %}
            {%- for row in run_query(
                "select node, made_from, content from intermediate.made"
                ~ " left join (" ~ view_hashes() ~ ") as views using (node)"
                ~ " where views.node is null or views.hash = content"
            ).rows %}
                {%- do state.then.update({row[0]: [row[1], row[2]]}) %}
            {%- endfor %}
        {%- endif %}
        {%- for row in run_query(
            "select file from glob(" ~ local_path(root, '*') ~ ")"
        ).rows %}
            {%- set name = row[0].split('/')[-1][:-4] %}
            {%- set hash = run_query(
                "select md5(content) from read_text(" ~ local_path(root, name) ~ ")"
            ).rows[0][0] %}
            {%- do state.local.update({name: hash}) %}
        {%- endfor %}
        {%- set hashes = [] %}
        {%- for source in graph.sources.values() %}
            {%- do hashes.append(
                "select '" ~ source.unique_id ~ "', " ~ content_hash('"'
                ~ source.schema ~ '"."' ~ source.identifier ~ '"')
            ) %}
        {%- endfor %}
        {%- for row in run_query(hashes | join(" union all ")).rows %}
            {%- set definition = local_md5(tojson(graph.sources[row[0]].columns)) %}
            {%- do state.now.update({row[0]: [definition, none, row[1]]}) %}
        {%- endfor %}
        {%- do graph.update({'refresh': state}) %}
    {%- endif %}
{% endmacro %}

{% macro duckdb__end_refresh() %}
    {%- if execute and graph.refresh %}
        {%- set rows = [] %}
        {%- for node in graph.nodes %}
            {%- set then = graph.refresh.then.get(node) %}
            {%- set told = graph.refresh.now.get(node, [])[1:] or then %}
            {%- if told %}
                {%- do rows.append(
                    "('" ~ node ~ "', '" ~ told[0] ~ "', '" ~ told[1] ~ "')"
                ) %}
            {%- endif %}
        {%- endfor %}
        {%- do run_query(
            "delete from intermediate.made;"
            ~ (
                " insert into intermediate.made"
                ~ " select told.node, told.made_from, coalesce(views.hash, told.content)"
                ~ " from (values " ~ rows | join(", ") ~ ")"
                ~ " as told (node, made_from, content)"
                ~ " left join (" ~ view_hashes() ~ ") as views using (node)"
                if rows else ""
            )
        ) %}
    {%- endif %}
{% endmacro %}

{#- The hash of each view's comment, which a view that somebody else makes in its place
    does not have; its SQL is written in another way once the warehouse was closed. -#}
{% macro view_hashes() -%}
    select 'model.{{ project_name }}.' || view_name as node, md5(comment) as hash
    from duckdb_views() where not internal
{%- endmacro %}

{#- The hash of a table's rows, in whichever order they are. -#}
{% macro content_hash(table) -%}
    count(*) || ':' || coalesce(sum(hash(this_row)), 0)
    from {{ table }} as this_row
{%- endmacro %}

{#- What the node that is being made is made from: [hash of what it is, hash of that and
    of what it reads]; none where that is not known. -#}
{% macro made_from(sql, hooks=[]) -%}
    {%- set state = graph.get('refresh') -%}
    {%- set parents = model.depends_on.get('nodes', []) | sort -%}
    {%- if not state or parents | reject('in', state.now) | list -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set definitions, contents = [], [] -%}
    {%- for id in parents -%}
        {%- do definitions.append(state.now[id][0]) -%}
        {%- do contents.append(state.now[id][2]) -%}
    {%- endfor -%}
    {%- set rendered = [] -%}
    {%- for hook in hooks -%}
        {%- do rendered.append(render(hook.sql)) -%}
    {%- endfor -%}
    {%- set definition = local_md5(tojson([
        state.base, sql, rendered, model.config.materialized, model.description,
        model.columns, definitions
    ])) -%}
    {{ return([definition, local_md5(definition ~ contents | join)]) }}
{%- endmacro %}

{#- Whether the last refresh has made it from the same; `relation` is what is there now.
    What rows a view reads makes no difference to it. -#}
{% macro is_unchanged(relation, type, made) -%}
    {%- if not made or not relation or relation.type != type -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set is_view = type == 'view' -%}
    {%- set then = graph.refresh.then.get(model.unique_id) -%}
    {%- if not then or then[0] != (made[0] if is_view else made[1]) -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(is_view or then[1] == content_of(relation)) }}
{%- endmacro %}

{% macro content_of(table) -%}
    {{ return(run_query('select ' ~ content_hash(table)).rows[0][0]) }}
{%- endmacro %}

{#- For those that read it, and for the next refresh. -#}
{% macro remember(made, content) -%}
    {%- if made -%}
        {%- do graph.refresh.now.update({model.unique_id: made + [content]}) -%}
    {%- endif -%}
{%- endmacro %}
