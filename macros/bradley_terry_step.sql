{#- One step from the strengths in `strengths` (replicate, group_number,
    member_number, anchor, step, strength, longest_move, is_found)
    towards Bradley-Terry's, by Newman's iteration (Journal of Machine Learning
    Research 24, 2023). That is for models that move one after another; all at once,
    two camps that meet only each other, as two models are, would go to and fro for
    ever. So every third step is half of one. Strengths are log odds; in each
    replicate and group their mean is that of the anchors. The longest whole step of
    a group shrinks by about one ratio, so two of them tell the way that is left:
    below `tolerance` the group is found. Strengths without a maximum never are. -#}
{% macro bradley_terry_step(strengths, tolerance, steps) -%}
select
    replicate,
    group_number,
    member_number,
    anchor,
    step,
    strength,
    longest_move,
    longest_move = 0
    or coalesce(
        longest_move < old_longest_move
        and longest_move * longest_move / (old_longest_move - longest_move)
        < {{ tolerance }},
        false
    ) as is_found
from (
    select
        replicate,
        group_number,
        member_number,
        anchor,
        step,
        case
            when step % 3 = 0 then (old_strength + new_strength) / 2
            else new_strength
        end as strength,
        old_longest_move,
        max(abs(new_strength - old_strength)) over (
            partition by replicate, group_number
        ) as longest_move
    from (
        select
            replicate,
            group_number,
            member_number,
            anchor,
            step,
            old_strength,
            old_longest_move,
            -- The mean as in exact_mean, over a window.
            raw_strength - cast(
                sum(cast(raw_strength - anchor as decimal(38, 18))) over (
                    partition by replicate, group_number
                ) as double
            ) / count(raw_strength) over (
                partition by replicate, group_number
            ) as new_strength
        from (
            select
                own.replicate,
                own.group_number,
                own.member_number,
                own.anchor,
                own.step + 1 as step,
                own.strength as old_strength,
                own.longest_move as old_longest_move,
                ln(
                    nullif(
                        {{ exact_sum(
                            'meetings.points * exp(rival.strength)'
                            ~ ' / (exp(own.strength) + exp(rival.strength))',
                            18
                        ) }},
                        0
                    )
                )
                - ln(
                    nullif(
                        {{ exact_sum(
                            '(meetings.meeting_count - meetings.points)'
                            ~ ' / (exp(own.strength) + exp(rival.strength))',
                            18
                        ) }},
                        0
                    )
                ) as raw_strength
            from {{ strengths }} as own
            inner join meetings using (replicate, member_number)
            inner join {{ strengths }} as rival
                on
                    meetings.replicate = rival.replicate
                    and meetings.rival_number = rival.member_number
            where not own.is_found and own.step < {{ steps }}
            group by
                own.replicate,
                own.group_number,
                own.member_number,
                own.anchor,
                own.step,
                own.strength,
                own.longest_move
        ) as climbed
    ) as centred
) as moved
{%- endmacro %}
