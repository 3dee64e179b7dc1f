{#- The reasoning effort that an agent or a model is configured with, in JSON text: a
    word, a budget of thinking tokens, and whether it thinks at all. `words` are columns
    that take precedence; `places` are JSON paths where a setting may be. -#}
{% macro configured_effort_columns(columns, places, words=[]) -%}
    coalesce(
        {%- for word in words %}
        nullif(lower(trim({{ word }})), ''),
        {%- endfor %}
        {{ configured_setting(columns, places, [
            'reasoning_effort', 'reasoning.effort', 'thinking.effort',
            'thinking_level', 'output_config.effort', 'effort',
            'thinking_config.thinking_level',
        ]) }}
    ) as configured_effort,
    {{ configured_setting(columns, places, [
        'thinking_budget', 'thinking.budget_tokens', 'thinking.budget',
        'reasoning.max_tokens', 'reasoning_budget', 'reasoning_tokens',
        'max_thinking_tokens', 'budget_tokens', 'thinking_config.thinking_budget',
    ]) }} as configured_budget,
    {{ configured_setting(columns, places, [
        'thinking.type', 'thinking.enabled', 'reasoning.enabled',
        'enable_thinking', 'thinking', 'reasoning',
        'chat_template_kwargs.enable_thinking',
    ]) }} as configured_thinking
{%- endmacro %}

{#- The effort from these columns: the word, else the budget, else whether it thinks at
    all. -#}
{% macro configured_effort() -%}
    case
        when configured_effort in ('off', 'disabled', 'false', 'no', '0') then 'none'
        when configured_effort is not null then configured_effort
        when configured_thinking in ('disabled', 'false', 'off', 'none', 'no', '0')
            then 'none'
        when try_cast(configured_budget as double) = 0 then 'none'
        -- Minus one: the model decides.
        when try_cast(configured_budget as double) < 0 then 'thinking'
        when configured_budget is not null
            then
                'thinking-' || coalesce(
                    cast(try_cast(configured_budget as bigint) as string),
                    configured_budget
                )
        when configured_thinking in ('enabled', 'true', 'on', 'yes', '1')
            then 'thinking'
        else configured_thinking
    end
{%- endmacro %}

{#- The first value under one of the names, as text; objects and empty texts do not
    count. -#}
{% macro configured_setting(columns, places, names) -%}
    coalesce(
    {%- for name in names %}
    {%- set is_last_name = loop.last %}
    {%- for column in columns %}
    {%- set is_last_column = loop.last %}
    {%- for place in places %}
        nullif(
            regexp_replace(
                lower(trim({{ json_value(column, "'" ~ place.format(name) ~ "'") }})),
                '^[{].*',
                ''
            ),
            ''
        )
        {{- ',' if not (is_last_name and is_last_column and loop.last) }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    )
{%- endmacro %}

{#- Paths in an agent's settings where a setting of its model may be. -#}
{% macro agent_setting_places() -%}
    {{ return([
        '$.{}', '$.extra_body.{}', '$.model_kwargs.{}', '$.llm_kwargs.{}',
        '$.llm_kwargs.extra_body.{}', '$.llm_call_kwargs.{}',
        '$.llm_call_kwargs.extra_body.{}',
    ]) }}
{%- endmacro %}
