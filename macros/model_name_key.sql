{#- A model's name without provider, effort, date and separators:
    `anthropic/claude-3-7-sonnet-20250219 high` and `Claude 3.7 Sonnet` are both
    `claude37sonnet`. For comparing names only; it is never shown. -#}
{% macro model_name_key(text) -%}
    translate(
        regexp_replace(
            regexp_replace(
                lower(regexp_replace({{ text }}, '^.*/', '')),
                '([ _,:=-]+(no|minimal|low|medium|high|xhigh|none|thinking'
                || '|reasoning|effort|budget|[0-9]{4,6}|[0-9]+k))+$',
                ''
            ),
            '[ _@-]*20[0-9][0-9]-?[01][0-9]-?[0-3][0-9]$',
            ''
        ),
        ' _.:-',
        ''
    )
{%- endmacro %}
