{#- An aggregate of doubles from small to large, so that its last digits are the same in
    every run. exact_sum is for sums whose terms have few digits before the point. -#}
{% macro in_order(aggregate, expression) -%}
    {{ adapter.dispatch('in_order')(aggregate, expression) }}
{%- endmacro %}

{% macro duckdb__in_order(aggregate, expression) -%}
    {{ aggregate }}({{ expression }} order by {{ expression }})
{%- endmacro %}

{#- Spark has no ordered aggregate, so the values are added up from a sorted array. The
    last digits of a standard deviation may differ from run to run. -#}
{% macro spark__in_order(aggregate, expression) -%}
    {%- set values = "array_sort(collect_list(cast(" ~ expression ~ " as double)))" -%}
    {%- set total = "aggregate(" ~ values ~ ", 0e0, (total, value) -> total + value)" -%}
    {%- set count = "count(" ~ expression ~ ")" -%}
    {%- if aggregate == 'sum' -%}
        case when {{ count }} > 0 then {{ total }} end
    {%- elif aggregate == 'avg' -%}
        {{ total }} / nullif({{ count }}, 0)
    {%- elif aggregate == 'stddev_samp' -%}
        stddev_samp(cast({{ expression }} as double))
    {%- else -%}
        {{- exceptions.raise_compiler_error(
            "in_order: there is no Spark body for " ~ aggregate ~ "; write it in "
            ~ "macros/dialect/in_order.sql"
        ) }}
    {%- endif -%}
{%- endmacro %}
