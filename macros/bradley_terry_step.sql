{#- One step from the strengths in `strengths` (replicate, component_number,
    model_number, anchor, step, strength, longest_move, has_converged)
    towards Bradley-Terry's, by Newman's iteration (Journal of Machine Learning
    Research 24, 2023). That is for models that move one after another; all at once,
    two groups that meet only each other, as two models do, would oscillate for
    ever. So every third step is half of one. Strengths are log odds; in each
    replicate and component their mean is that of the anchors. The longest full step
    of a component shrinks by about one ratio, so two of them tell the distance that
    is left: below `tolerance` the component has converged. Strengths without a
    maximum never do. -#}
{% macro bradley_terry_step(strengths, tolerance, steps) -%}
select
    replicate,
    component_number,
    model_number,
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
    ) as has_converged
from (
    select
        replicate,
        component_number,
        model_number,
        anchor,
        step,
        case
            when step % 3 = 0 then (old_strength + new_strength) / 2
            else new_strength
        end as strength,
        old_longest_move,
        max(abs(new_strength - old_strength)) over (
            partition by replicate, component_number
        ) as longest_move
    from (
        select
            replicate,
            component_number,
            model_number,
            anchor,
            step,
            old_strength,
            old_longest_move,
            -- The mean as in exact_mean, over a window.
            raw_strength - cast(
                sum(cast(raw_strength - anchor as decimal(38, 18))) over (
                    partition by replicate, component_number
                ) as double
            ) / count(raw_strength) over (
                partition by replicate, component_number
            ) as new_strength
        from (
            select
                own.replicate,
                own.component_number,
                own.model_number,
                own.anchor,
                own.step + 1 as step,
                own.strength as old_strength,
                own.longest_move as old_longest_move,
                ln(
                    nullif(
                        {{ exact_sum(
                            'matches.wins * exp(opponent.strength)'
                            ~ ' / (exp(own.strength) + exp(opponent.strength))',
                            18
                        ) }},
                        0
                    )
                )
                - ln(
                    nullif(
                        {{ exact_sum(
                            '(matches.match_count - matches.wins)'
                            ~ ' / (exp(own.strength) + exp(opponent.strength))',
                            18
                        ) }},
                        0
                    )
                ) as raw_strength
            from {{ strengths }} as own
            inner join matches
                on
                    own.replicate = matches.replicate
                    and own.model_number = matches.model_number
            inner join {{ strengths }} as opponent
                on
                    matches.replicate = opponent.replicate
                    and matches.opponent_number = opponent.model_number
            where not own.has_converged and own.step < {{ steps }}
            group by
                own.replicate,
                own.component_number,
                own.model_number,
                own.anchor,
                own.step,
                own.strength,
                own.longest_move
        ) as moved_models
    ) as centred
) as moves
{%- endmacro %}
