{#- Nothing is built again that cannot have changed. The table intermediate.made has, for
    each node of the last refresh, what it was built from and the result:

    made_from   a hash of its SQL, its YAML and all macros, and of the same for everything
                that it reads, up to the raw tables; for a seed also of its file; except
                for views, also of the contents of what it reads
    content     for a table a hash of its rows and columns, for a view a hash of its
                comment, for a data test that it passed

    A node is left as it is if both are unchanged. It is always built if its parents are
    not all in the same run, or with --full-refresh. The table is read once, when a run
    begins, and written once, when it ends; in between it is in graph['refresh'], and a
    content is hashed when it is first needed. A run that fails is not published, and
    neither is this table. -#}
{% macro begin_refresh() %}
    {{ adapter.dispatch('begin_refresh')() }}
{% endmacro %}

{% macro end_refresh() %}
    {{ adapter.dispatch('end_refresh')() }}
{% endmacro %}

{#- Other engines build everything each time. -#}
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
            'contents': {},
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
            {%- do state.now.update({row[0]: {
                'definition': definition, 'parents': [], 'content': row[1],
                'is_view': false
            }}) %}
        {%- endfor %}
        {%- do graph.update({'refresh': state}) %}
    {%- endif %}
{% endmacro %}

{% macro duckdb__end_refresh() %}
    {%- set broken = broken_contracts() if execute and graph.refresh else [] %}
    {%- if broken %}
        {#- Raised by a query: dbt prints its message alone, but for its own errors also
            the place in these macros. -#}
        select error('a contract is broken: {{ broken | join("; ") | replace("'", "''") }}')
    {%- elif execute and graph.refresh %}
        {%- set now = graph.refresh.now %}
        {%- set unhashed = [] %}
        {%- for id, node in now.items() if node.content is none and not node.is_view %}
            {%- do unhashed.append(id) %}
        {%- endfor %}
        {%- for row in contents_of(unhashed) %}
            {%- do now[row[0]].update({'content': row[1]}) %}
        {%- endfor %}
        {%- set rows = [] %}
        {%- for id in graph.nodes %}
            {%- set made = graph.refresh.then.get(id) %}
            {%- if id in now %}
                {%- set made = [made_hash(now[id]), content_of(id)] %}
            {%- endif %}
            {%- if made %}
                {%- do rows.append("('" ~ id ~ "', '" ~ made | join("', '") ~ "')") %}
            {%- endif %}
        {%- endfor %}
        {%- do drop_former_relations() %}
        {%- do run_query(
            "delete from intermediate.made;"
            ~ (
                " insert into intermediate.made"
                ~ " select made.node, made.made_from, coalesce(views.hash, made.content)"
                ~ " from (values " ~ rows | join(", ") ~ ")"
                ~ " as made (node, made_from, content)"
                ~ " left join (" ~ view_hashes() ~ ") as views using (node)"
                if rows else ""
            )
        ) %}
    {%- endif %}
{% endmacro %}

{#- Drops what the last refresh made and the project no longer has, such as a view that
    was renamed: it would keep its old rows, or read what is gone. -#}
{% macro drop_former_relations() %}
    {%- set present = [] %}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed') %}
        {%- do present.append("'" ~ node.schema ~ "." ~ node.alias ~ "'") %}
    {%- endfor %}
    {%- for row in run_query(
        "with relations as ("
        ~ "select 'view' as type, schema_name, view_name as name, comment"
        ~ " from duckdb_views() where database_name = current_database()"
        ~ " union all select 'table', schema_name, table_name, comment"
        ~ " from duckdb_tables() where database_name = current_database()"
        ~ ") select relations.type, schema_name, name"
        ~ " from intermediate.made inner join relations"
        ~ " on split_part(node, '.', 1) in ('model', 'seed')"
        ~ " and split_part(node, '.', 3) = name"
        ~ " where comment is not null"
        ~ " and schema_name in ('main', 'staging', 'intermediate', 'seeds')"
        ~ " and schema_name || '.' || name not in (" ~ present | join(", ") ~ ")"
    ).rows %}
        {%- do run_query(
            'drop ' ~ row[0] ~ ' "' ~ row[1] ~ '"."' ~ row[2] ~ '"'
        ) %}
    {%- endfor %}
{% endmacro %}

{#- The hash of each view's comment. A view that someone else created in its place lacks
    the comment. The SQL cannot be compared: DuckDB rewrites it when the warehouse is
    closed. -#}
{% macro view_hashes() -%}
    select 'model.{{ project_name }}.' || view_name as node, md5(comment) as hash
    from duckdb_views() where not internal
{%- endmacro %}

{#- The hash of a table's rows, in any order, and of the names and types of its columns,
    which the rows do not show. -#}
{% macro content_hash(table) -%}
    count(*) || ':' || coalesce(sum(hash(this_row)), 0) || ':'
    || md5(typeof(any_value(this_row)))
    from {{ table }} as this_row
{%- endmacro %}

{#- What a node is built from: a hash of its definition and of the definitions of all
    that it reads, and which nodes these are. None if they are not all in this run. -#}
{% macro made_from(sql, hooks=[]) -%}
    {%- set state = graph.get('refresh') -%}
    {%- set parents = model.depends_on.get('nodes', []) | sort -%}
    {%- if not state or parents | reject('in', state.now) | list -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set definitions, rendered = [], [] -%}
    {%- for id in parents -%}
        {%- do definitions.append(state.now[id].definition) -%}
    {%- endfor -%}
    {%- for hook in hooks -%}
        {%- do rendered.append(render(hook.sql)) -%}
    {%- endfor -%}
    {%- set definition = local_md5(tojson([
        state.base, sql, rendered, model.config.materialized, model.description,
        model.columns, definitions
    ])) -%}
    {{ return({
        'definition': definition, 'parents': parents, 'content': none,
        'is_view': model.config.materialized == 'view'
    }) }}
{%- endmacro %}

{#- A view need not be built again when the rows that it reads change. -#}
{% macro made_hash(node) -%}
    {{ return(node.definition if node.is_view else hash_with_contents(node)) }}
{%- endmacro %}

{% macro hash_with_contents(node) -%}
    {%- set contents = [] -%}
    {%- for id in node.parents -%}
        {%- do contents.append(content_of(id)) -%}
    {%- endfor -%}
    {{ return(local_md5(node.definition ~ contents | join)) }}
{%- endmacro %}

{#- The content of a node in this run. For its readers, a view has the contents of what
    it reads. -#}
{% macro content_of(id) -%}
    {%- set node = graph.refresh.now[id] -%}
    {%- if node.content is none -%}
        {%- do node.update({
            'content': hash_with_contents(node) if node.is_view
                else contents_of([id])[0][1]
        }) -%}
    {%- endif -%}
    {{ return(node.content) }}
{%- endmacro %}

{#- Rows of [node, content], for tables that exist. -#}
{% macro contents_of(ids) -%}
    {%- set queries = [] -%}
    {%- for id in ids -%}
        {%- set node = graph.nodes[id] -%}
        {%- do queries.append(
            "select '" ~ id ~ "', "
            ~ content_hash('"' ~ node.schema ~ '"."' ~ node.alias ~ '"')
        ) -%}
    {%- endfor -%}
    {{ return(run_query(queries | join(" union all ")).rows if queries else []) }}
{%- endmacro %}

{#- Whether the last refresh built it from the same; `relation` is the existing one. -#}
{% macro is_unchanged(relation, type, made) -%}
    {%- if not made or not relation or relation.type != type -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set then = graph.refresh.then.get(model.unique_id) -%}
    {%- if not then or then[0] != made_hash(made) -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(type == 'view' or then[1] == content_before(model.unique_id)) }}
{%- endmacro %}

{#- The content of a table as the last refresh, or someone else since, left it. All
    small tables are hashed in one query. -#}
{% macro content_before(id) -%}
    {%- set contents = graph.refresh.contents -%}
    {%- if not contents -%}
        {%- set names = {} -%}
        {%- for node in graph.nodes.values()
            if node.unique_id in graph.refresh.then
            and node.resource_type in ('model', 'seed') -%}
            {%- do names.update({node.schema ~ '.' ~ node.alias: node.unique_id}) -%}
        {%- endfor -%}
        {%- set small = [] -%}
        {%- for row in run_query(
            "select schema_name || '.' || table_name from duckdb_tables()"
            ~ " where database_name = current_database() and estimated_size < 100000"
        ).rows if row[0] in names -%}
            {%- do small.append(names[row[0]]) -%}
        {%- endfor -%}
        {%- do contents.update({id: none}) -%}
        {%- for row in contents_of(small) -%}
            {%- do contents.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(contents.get(id) or contents_of([id])[0][1]) }}
{%- endmacro %}

{#- Remembers a node for its readers and for the next refresh. A content of none is
    computed when it is needed. -#}
{% macro remember(made, content=none) -%}
    {%- if made -%}
        {%- do made.update({'content': content}) -%}
        {%- do graph.refresh.now.update({model.unique_id: made}) -%}
    {%- endif -%}
{%- endmacro %}
