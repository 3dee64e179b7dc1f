{#- Whether a HAL evaluation used tokens: by their number, or else because a task has an
    outcome or there is an accuracy. If it did, it was not free, even if its cost is
    0. -#}
{% macro has_used_tokens(known_token_count, task_count, accuracy) -%}
    coalesce(
        {{ known_token_count }},
        {{ task_count }},
        case when {{ accuracy }} is not null then 1 end
    )
    > 0
{%- endmacro %}
