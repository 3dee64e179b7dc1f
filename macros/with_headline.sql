{#- Adds is_headline to `relation`: the default row of each subject.

    `subject` is the key of the view without the columns `choices`. The seed
    headline_choices has the choices of each source (`own` names the column if it is
    called differently). Every subject of a result has a headline: if it has no row with
    the source's choice, the next one (half credit, ...) is used. For numbers that are
    summed or averaged further, `is_each` is false, and such a subject has none:
    otherwise rows of several rules would be mixed. -#}
{% macro with_headline(
    relation, subject, choices, is_each=true, own={}
) -%}
select
    {{ relation }}.*,
    {% if is_each -%}
    row_number() over (
        partition by
            {%- for column in subject %}
            {{ relation }}.{{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        order by
            {%- for choice in choices %}
            case
                when
                    {{ relation }}.{{ choice }}
                    = {{ own.get(choice, 'headline_choices.' ~ choice) }}
                    then 0
                {%- if choice == 'success_rule' %}
                when {{ relation }}.success_rule = 'half_credit' then 1
                when {{ relation }}.success_rule = 'any_credit' then 2
                when {{ relation }}.success_rule = 'full_credit' then 3
                {%- endif %}
                else 4
            end,
            {%- endfor %}
            {%- for choice in choices %}
            {{ relation }}.{{ choice }}{{ ',' if not loop.last }}
            {%- endfor %}
    ) = 1 as is_headline
    {%- else -%}
    coalesce(
        {%- for choice in choices %}
        {{ 'and ' if not loop.first }}{{ relation }}.{{ choice }}
        = {{ own.get(choice, 'headline_choices.' ~ choice) }}
        {%- endfor %},
        false
    ) as is_headline
    {%- endif %}
from {{ relation }}
left join {{ ref('int_headline_choices') }} as headline_choices
    on {{ relation }}.source = headline_choices.source
{%- endmacro %}
