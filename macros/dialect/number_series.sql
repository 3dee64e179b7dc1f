{#- A query of one column, `number`: the integers from `first` to `last`. -#}
{% macro number_series(first, last) -%}
    {{ adapter.dispatch('number_series')(first, last) }}
{%- endmacro %}

{% macro duckdb__number_series(first, last) -%}
    select unnest(range({{ first }}, {{ last }} + 1)) as number
{%- endmacro %}

{#- Spark's sequence counts down if the last number is below the first. -#}
{% macro spark__number_series(first, last) -%}
    select explode(sequence(first_number, last_number)) as number
    from (
        select
            cast({{ first }} as bigint) as first_number,
            cast({{ last }} as bigint) as last_number
    ) as series
    where first_number <= last_number
{%- endmacro %}
