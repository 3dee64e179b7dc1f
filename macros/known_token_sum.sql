{#- The sum of one kind of tokens over the rows that report any, columns of
    `relation` if that is named: null where a row reports others and not these, for
    then the rest is no sum. -#}
{% macro known_token_sum(kind, relation=none) -%}
{%- set prefix = relation ~ '.' if relation else '' -%}
case
    when
        count({{ prefix }}{{ kind }}) = count(
            coalesce(
                {{ prefix }}input_tokens,
                {{ prefix }}cache_read_tokens,
                {{ prefix }}cache_write_tokens,
                {{ prefix }}output_tokens
            )
        )
        then cast(sum({{ prefix }}{{ kind }}) as bigint)
end
{%- endmacro %}
