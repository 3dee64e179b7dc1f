{#- Fails where a column is null that its description says is never null: all columns
    of a view or of a source in one pass. -#}
{% test never_null(model) %}
{%- set columns = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values() | list + graph.sources.values() | list
        if node.resource_type in ('model', 'source')
        and (node.schema, node.name) == (model.schema, model.identifier) -%}
        {%- for column in node.columns.values() -%}
            {%- if 'never null' in column.description.lower().split() | join(' ') -%}
                {%- do columns.append(column.name ~ ' is null') -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not columns -%}
        {%- do exceptions.raise_compiler_error(
            "no column of " ~ model.identifier ~ " is described as never null: say"
            ~ " of each column when it is null, or take away its test never_null"
        ) -%}
    {%- endif -%}
{%- endif -%}
select *
from {{ model }}
where {{ columns | join('\n    or ') }}
{% endtest %}
