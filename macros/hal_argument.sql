{#- The first value that a HAL agent was given under one of the names, as text: in its
    agent_args, else elsewhere in the config; bare or as `agent.model.<name>`. Objects
    and empty texts are no values. -#}
{% macro hal_argument(paths) -%}
    coalesce(
    {%- for path in paths %}
    {%- set outer_loop = loop %}
    {%- for column in ['agent_args', 'extra_config'] %}
    {%- set last_column = loop.last %}
    {%- for place in ['$.' ~ path, '$."agent.model.' ~ path ~ '"'] %}
        nullif(
            regexp_replace(
                lower(trim({{ json_value(column, "'" ~ place ~ "'") }})),
                '^[{].*',
                ''
            ),
            ''
        )
        {{- ',' if not (outer_loop.last and last_column and loop.last) }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    )
{%- endmacro %}
