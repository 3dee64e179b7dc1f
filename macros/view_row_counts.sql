{#- Fills in row_count, in one statement per eight views: a single statement for all
    takes a minute to plan. With more than `most_counted_attempts` only tables are
    counted, because counting the rows of a view computes it. -#}
{% macro view_row_counts(names) -%}
    {{ adapter.dispatch('view_row_counts')(names) }}
{%- endmacro %}

{#- On Spark tables are not updated; view_row_count has already counted. -#}
{% macro spark__view_row_counts(names) -%}
{%- endmacro %}

{#- The number of rows of a view, as view_rows writes it. -#}
{% macro view_row_count(name) -%}
    {{ adapter.dispatch('view_row_count')(name) }}
{%- endmacro %}

{% macro duckdb__view_row_count(name) -%}
    null
{%- endmacro %}

{% macro spark__view_row_count(name) -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {{- run_query('select count(*) from ' ~ ref(name)).rows[0][0] -}}
    {%- else -%}
        null
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__view_row_counts(names) -%}
{%- if execute -%}
{%- set attempts = run_query('select count(*) from ' ~ ref('attempts')).rows[0][0] -%}
{%- set counted = [] -%}
{%- for name in names
    if attempts <= var('most_counted_attempts') or load_relation(ref(name)).is_table -%}
    {%- do counted.append(name) -%}
{%- endfor -%}
{%- for some in counted | batch(8) %}
update {{ this }} as counted
set row_count = counts.row_count
from (
    {%- for name in some %}
    select '{{ name }}' as view_name, count(*) as row_count from {{ ref(name) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
) as counts
where counted.view_name = counts.view_name;
{%- endfor %}
{%- endif -%}
{%- endmacro %}
