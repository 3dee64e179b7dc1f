{#- One step from the strengths in `strengths` (replicate, group_number,
    member_number, anchor, step, strength, has_ended) towards Bradley-Terry's, by
    Newman's iteration (Journal of Machine Learning Research 24, 2023), which
    needs a third of the steps that Zermelo's does. Strengths are log odds; in
    each replicate and group their mean is that of the anchors. Ends when none
    moves by `tolerance`. -#}
{% macro bradley_terry_step(strengths, tolerance, steps) -%}
select
    replicate,
    group_number,
    member_number,
    anchor,
    step,
    strength,
    max(abs(strength - old_strength)) over (
        partition by replicate, group_number
    ) < {{ tolerance }}
    or step = {{ steps }} as has_ended
from (
    select
        replicate,
        group_number,
        member_number,
        anchor,
        step,
        old_strength,
        -- The mean as in exact_mean, over a window.
        raw_strength - cast(
            sum(cast(raw_strength - anchor as decimal(38, 18))) over (
                partition by replicate, group_number
            ) as double
        ) / count(raw_strength) over (
            partition by replicate, group_number
        ) as strength
    from (
        select
            own.replicate,
            own.group_number,
            own.member_number,
            own.anchor,
            own.step + 1 as step,
            own.strength as old_strength,
            ln(
                nullif(
                    {{ exact_sum(
                        'meetings.points * exp(rival.strength)'
                        ~ ' / (exp(own.strength) + exp(rival.strength))', 18
                    ) }},
                    0
                )
            )
            - ln(
                nullif(
                    {{ exact_sum(
                        '(meetings.meeting_count - meetings.points)'
                        ~ ' / (exp(own.strength) + exp(rival.strength))', 18
                    ) }},
                    0
                )
            ) as raw_strength
        from {{ strengths }} as own
        inner join meetings
            on
                own.replicate = meetings.replicate
                and own.member_number = meetings.member_number
        inner join {{ strengths }} as rival
            on
                meetings.replicate = rival.replicate
                and meetings.rival_number = rival.member_number
        where not own.has_ended
        group by
            own.replicate,
            own.group_number,
            own.member_number,
            own.anchor,
            own.step,
            own.strength
    ) as climbed
) as centred
{%- endmacro %}
