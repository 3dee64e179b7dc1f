{#- One row for each of the public views `names`, from its YAML and its SQL.
    view_row_counts fills in the number of rows afterwards. -#}
{% macro view_rows(names) -%}
{%- for name in names %}
{%- do ref(name) -%}
{%- set said = namespace(question='', grain='', key='', column_count=0) -%}
{%- if execute -%}
    {%- set id = 'model.' ~ project_name ~ '.' ~ name -%}
    {%- set node = graph.nodes[id] -%}
    {%- set said.question = node.config.meta.get('question', '') -%}
    {%- if not said.question -%}
        {%- do exceptions.raise_compiler_error(
            name ~ " does not say which question it answers: add config.meta.question"
            ~ " to its YAML"
        ) -%}
    {%- endif -%}
    {%- set comment = modules.re.match('(?:--.*\n)+', node.raw_code)[0] -%}
    {%- set comment = comment.replace('--', ' ').split() | join(' ') -%}
    {%- set said.grain = modules.re.match(
        '(?:Grain: )?(.*?)(?:[.](?: |$)|$)', comment
    )[1] -%}
    {%- set said.column_count = node.columns | length -%}
    {%- for test in graph.nodes.values() if
        test.resource_type == 'test'
        and test.attached_node == id
        and test.test_metadata
        and test.test_metadata.name == 'rules' -%}
        {%- set said.key = test.test_metadata.kwargs.get('key', []) | join(', ') -%}
    {%- endfor -%}
{%- endif %}
    select
        '{{ name }}' as view_name,
        {{ text_literal(said.question) }} as question,
        {{ text_literal(said.grain) }} as grain,
        '{{ said.key }}' as key,
        cast({{ view_row_count(name) }} as bigint) as row_count,
        cast({{ said.column_count }} as bigint) as column_count
    {% if not loop.last -%}
    union all
    {%- endif %}
{%- endfor %}
{%- endmacro %}
