{#- The probability that `draws` attempts, drawn without replacement from
    `attempt_count`, are all among `some_count` of them: C(some, draws) / C(attempts,
    draws). A product of shares, so that no number of attempts overflows. -#}
{% macro share_of_draws(some_count, attempt_count, draws) -%}
    1e0
    {%- for taken in range(draws | int) %}
    * greatest({{ some_count }} - {{ taken }}, 0)
    / ({{ attempt_count }} - {{ taken }})
    {%- endfor %}
{%- endmacro %}
