{#- The maker's own name of a model on Amazon's Bedrock or Google's Vertex, to look it
    up: `us.anthropic.claude-sonnet-4-20250514-v1:0` and `claude-sonnet-4@20250514` are
    both `claude-sonnet-4-20250514`. Any other name is unchanged. -#}
{% macro maker_model_name(text) -%}
    {%- set bedrock = "^(([a-z]+-)?[a-z]+[.])?(ai21|amazon|anthropic|cohere|deepseek"
        ~ "|google|meta|minimax|mistral|moonshot(ai)?|nvidia|openai|qwen|writer"
        ~ "|zai)[.]" %}
case
    when {{ matches_pattern(text, "'" ~ bedrock ~ "'") }}
        then
            regexp_replace(
                regexp_replace({{ text }}, '{{ bedrock }}', ''),
                '-(v[0-9]+|v?[0-9]+:[0-9]+(:[0-9a-z]+)?)$',
                ''
            )
    when {{ matches_pattern(text, "'@20[0-9]+$'") }}
        then regexp_replace({{ text }}, '(-v[0-9]+)?@', '-')
    when {{ matches_pattern(text, "'@(default|latest)$'") }}
        then regexp_replace({{ text }}, '@(default|latest)$', '')
    else {{ text }}
end
{%- endmacro %}
