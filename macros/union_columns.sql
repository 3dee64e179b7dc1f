{#- Rows of several relations under one list of columns, lined up by name.

    `columns` is the one list: {name: type}. `relations` says of each relation (a CTE)
    which of them it has; the others are null there. A name that is not in `columns` is
    an error, so a column cannot be lost by a misspelling.

    Here the sources meet. A new source makes its own steps, named after it, and adds one
    entry to `relations` in each of:
    - int_attempts_unioned: one row per attempt record;
    - int_evaluations_identified: one row per evaluation: agent, scaffold, model. Set
      `is_reported` where the source has a row for each evaluation, with an accuracy of
      its own, and `unmapped_advice` where an alias table lacks the agent;
    - int_evaluations_unioned: only for a source with `is_reported`, its evaluations as
      they were reported; all others are derived from their attempts;
    - data_findings: what is peculiar about the source's records.
    What is special about a source is a column that its own step sets. No step after
    these asks for the source. -#}
{% macro union_columns(columns, relations) -%}
    {%- for relation, present in relations.items() %}
    {%- for column in present if column not in columns %}
        {{- exceptions.raise_compiler_error(
            'union_columns: ' ~ relation ~ ' has ' ~ column ~ ', which is not one of: '
            ~ columns | join(', ')
        ) }}
    {%- endfor %}
    select
        {%- for column, type in columns.items() %}
        {% if column in present -%}
            {{ union_column(column, type) }}
        {%- else -%}
            cast(null as {{ portable_type(type) }}) as {{ column }}
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
