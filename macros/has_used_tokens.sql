{#- Whether a HAL evaluation used tokens: as they are counted, else because a task has
    an outcome or an accuracy is told. What did is not free, whatever cost it says. -#}
{% macro has_used_tokens(known_token_count, task_count, accuracy) -%}
    coalesce(
        {{ known_token_count }},
        {{ task_count }},
        case when {{ accuracy }} is not null then 1 end
    )
    > 0
{%- endmacro %}
