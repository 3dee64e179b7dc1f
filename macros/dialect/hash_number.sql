{#- An integer from 0 to 2^60 - 1 that depends only on the text: the same on every
    machine, engine and number of threads. Uses md5, because an engine's own hash
    differs between engines and versions. -#}
{% macro hash_number(text) -%}
    {{ adapter.dispatch('hash_number')(text) }}
{%- endmacro %}

{% macro duckdb__hash_number(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 15) as bigint)
{%- endmacro %}

{% macro spark__hash_number(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 15), 16, 10) as bigint)
{%- endmacro %}

{#- Part `number` (1 to 6) of an md5 digest, as an integer from 0 to 2^20 - 1. -#}
{% macro digest_part(digest, number) -%}
    {{ adapter.dispatch('digest_part')(digest, number) }}
{%- endmacro %}

{% macro duckdb__digest_part(digest, number) -%}
    cast('0x' || substr({{ digest }}, 5 * {{ number }} - 4, 5) as bigint)
{%- endmacro %}

{% macro spark__digest_part(digest, number) -%}
    cast(conv(substr({{ digest }}, cast(5 * {{ number }} - 4 as int), 5), 16, 10) as bigint)
{%- endmacro %}
