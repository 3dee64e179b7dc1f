{#- The sum of one kind of tokens over the rows that report any (columns of `relation`,
    if named). Null if a row reports other kinds but not this one, because the sum would
    be incomplete. -#}
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
