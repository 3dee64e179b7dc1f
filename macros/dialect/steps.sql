{#- A recursive CTE: `steps_first(name)`, its first rows, `steps_next(union)`, a query
    that reads only the last step's rows from `name`, `steps_end()`. DuckDB recurses.
    Spark does not allow aggregates and windows there, so each step is a table until one
    has no rows (macros/overrides/spark_steps.sql). The model must say `with
    recursive`. -#}
{% macro steps_first(name) -%}
    {{ adapter.dispatch('steps_first')(name) }}
{%- endmacro %}

{% macro duckdb__steps_first(name) -%}
    {{ name }} as (
{%- endmacro %}

{% macro spark__steps_first(name) -%}
    /*steps*/ {{ name }} /*first*/
{%- endmacro %}

{% macro steps_next(union='union all') -%}
    {{ adapter.dispatch('steps_next')(union) }}
{%- endmacro %}

{% macro duckdb__steps_next(union) -%}
    {{ union }}
{%- endmacro %}

{% macro spark__steps_next(union) -%}
    /*next*/ {{ union }} /*step*/
{%- endmacro %}

{% macro steps_end() -%}
    {{ adapter.dispatch('steps_end')() }}
{%- endmacro %}

{% macro duckdb__steps_end() -%}
    )
{%- endmacro %}

{% macro spark__steps_end() -%}
    /*end*/
{%- endmacro %}

{#- A CTE that every step, or several CTEs, read: `kept_first(name)`, its query,
    `steps_end()`. DuckDB computes it once; on Spark it is a table for the same
    reason. -#}
{% macro kept_first(name) -%}
    {{ steps_first(name) }}
{%- endmacro %}
