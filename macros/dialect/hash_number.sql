{#- An integer from 0 to 2^60 - 1 that depends on the text alone: the same
    on every machine, thread count and engine. md5 and not the engine's own
    hash, which differs between engines and versions. -#}
{% macro hash_number(text) -%}
    {{ adapter.dispatch('hash_number')(text) }}
{%- endmacro %}

{% macro duckdb__hash_number(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 15) as bigint)
{%- endmacro %}

{% macro spark__hash_number(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}
