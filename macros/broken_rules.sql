{#- The view, seed or raw table that a data test checks; none while dbt parses. -#}
{% macro tested_node() -%}
    {%- set id = model.attached_node or model.depends_on.nodes[0] -%}
    {{ return(graph.nodes[id] or graph.sources[id]) }}
{%- endmacro %}

{#- Rules about a single row: [column, rule, SQL condition for breaking it]. -#}
{% macro row_rules(not_null, accepted_values, between) -%}
    {%- set rules = [] -%}
    {%- if execute -%}
        {%- for column in tested_node().columns.values() -%}
            {%- if 'never null' in column.description.lower().split() | join(' ') -%}
                {%- do rules.append(
                    [column.name, 'never_null', column.name ~ ' is null']
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for column in not_null -%}
        {%- do rules.append([column, 'not_null', column ~ ' is null']) -%}
    {%- endfor -%}
    {%- for column, values in accepted_values.items() -%}
        {%- set quoted = [] -%}
        {%- for value in values -%}
            {%- do quoted.append("'" ~ value | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
        {%- do rules.append([
            column, 'accepted_values', column ~ ' not in (' ~ quoted | join(', ') ~ ')'
        ]) -%}
    {%- endfor -%}
    {%- for column, ends in between.items() -%}
        {%- do rules.append([
            column, 'between', column ~ ' not between ' ~ ends[0] ~ ' and ' ~ ends[1]
        ]) -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{#- The values of a row in these columns, as text. -#}
{% macro row_as_text(columns) -%}
    {%- for column in columns -%}
        {{ " || ', " if not loop.first else "'" }}{{ column }} = ' ||
        {{- ' ' -}} coalesce(cast({{ column }} as string), 'null')
        {%- if not loop.last %}
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The query of the data test `rules` (tests/generic/rules.sql describes the
    rules). -#}
{% macro broken_rules(
    relation,
    row_rules,
    key,
    unique,
    relationships,
    one_headline,
    at_most_one_headline
) -%}
{%- if execute -%}
{%- set tested = tested_node() -%}
{%- set parts = [] -%}
{#- The columns that identify a row: its key, or else its first columns. -#}
{%- set names = key or unique[:1] or (tested.columns.keys() | list)[:3] -%}
{%- set groups = [] -%}
{%- if key -%}
    {%- do groups.append(['key', key, 'count(*) > 1', none]) -%}
{%- endif -%}
{%- for column in unique -%}
    {%- do groups.append(['unique', [column], 'count(*) > 1', column ~ ' is not null']) -%}
{%- endfor -%}
{%- set headlines = 'count(*) filter (where is_headline)' -%}
{%- if one_headline -%}
    {%- do groups.append(['one_headline', one_headline, headlines ~ ' <> 1', none]) -%}
{%- endif -%}
{%- if at_most_one_headline -%}
    {%- do groups.append([
        'at_most_one_headline', at_most_one_headline, headlines ~ ' > 1', none
    ]) -%}
{%- endif -%}
{%- if not row_rules and not groups and not relationships -%}
    {%- do exceptions.raise_compiler_error(
        "nothing is said of " ~ tested.name ~ ", so there is nothing to test: name its"
        ~ " key, or take away its test `rules`"
    ) -%}
{%- endif -%}
{#- A view that is read several times is computed once. -#}
{%- set is_view = tested.config.materialized == 'view' -%}
{%- set checked = 'checked' if is_view else relation -%}
with
{%- if is_view %}
checked as (
    select * from {{ relation }}
){{ ',' if row_rules }}
{%- endif %}
{%- if row_rules %}
row_rules as (
    select *
    from (
        values
        {%- for column, rule, _ in row_rules %}
        ({{ loop.index }}, '{{ column }}', '{{ rule }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ) as row_rules (rule_number, rule_columns, rule)
),

broken_rows as (
    select *
    from {{ checked }}
    where
        {%- for _, _, condition in row_rules %}
        {{ 'or ' if not loop.first }}{{ condition }}
        {%- endfor %}
)
{%- set part %}
select
    row_rules.rule_columns,
    row_rules.rule,
    count(*) as row_count,
    min({{ row_as_text(names) }}) as example
from broken_rows
cross join row_rules
where
    case row_rules.rule_number
        {%- for _, _, condition in row_rules %}
        when {{ loop.index }} then {{ condition }}
        {%- endfor %}
    end
group by row_rules.rule_columns, row_rules.rule
{%- endset %}
{%- do parts.append(part) -%}
{%- elif not is_view %}
nothing as (select 1 as nothing)
{%- endif %}
{%- for rule, columns, condition, filter in groups %}
{%- set part %}
select
    '{{ columns | join(', ') }}' as rule_columns,
    '{{ rule }}' as rule,
    cast(sum(rows_of_group) as bigint) as row_count,
    min({{ row_as_text(columns) }}) as example
from (
    select
        {{ columns | join(', ') }},
        count(*) as rows_of_group
    from {{ checked }}
    {%- if filter %}
    where {{ filter }}
    {%- endif %}
    group by {{ columns | join(', ') }}
    having {{ condition }}
) as broken_groups
having count(*) > 0
{%- endset %}
{%- do parts.append(part) -%}
{%- endfor %}
{%- for column, parent in relationships.items() %}
{%- set part %}
select
    '{{ column }}' as rule_columns,
    'relationships' as rule,
    count(*) as row_count,
    min({{ row_as_text(names) }}) as example
from {{ checked }}
where
    {{ column }} is not null
    and {{ column }} not in (
        select {{ column }} from {{ parent }} where {{ column }} is not null
    )
having count(*) > 0
{%- endset %}
{%- do parts.append(part) -%}
{%- endfor %}
{{ parts | join('\nunion all') }}
{%- endif -%}
{%- endmacro %}
