{#- The query of the next step of a Bradley-Terry fit of `matches`, for every open
    component of `steps` (replicate, component_number, model_number, step, strength,
    scale, shift, residual, direction, has_converged). Newton's method with conjugate
    gradients (Nocedal and Wright, Numerical Optimization, algorithm 7.1). Strengths are
    log odds; their mean does not change. `scale` is the length of the gradient. Several
    steps solve the linear system for the next move, `scale * shift`, until the
    `residual` is small; the nearer the maximum, the smaller it must be. Then the
    strengths move, and `scale` is null again. A component has converged when a move is
    below `tolerance`. Strengths without a maximum never converge. -#}
{% macro bradley_terry_step(steps, tolerance, limit) -%}
{%- set keys = ['replicate', 'component_number'] -%}
with

terms as (
    select
        own.replicate,
        own.model_number,
        matches.wins,
        matches.match_count,
        1 / (1 + exp(opponent.strength - own.strength)) as win_probability,
        own.direction - opponent.direction as direction
    from {{ steps }} as own
    inner join matches
        on
            own.replicate = matches.replicate
            and own.model_number = matches.model_number
    inner join {{ steps }} as opponent
        on
            matches.replicate = opponent.replicate
            and matches.opponent_number = opponent.model_number
    where not own.has_converged and own.step < {{ limit }}
),

-- The gradient of the log likelihood, and its negative second derivatives:
-- their diagonal, and their product with the direction. Only the gradient must
-- be exact.
sums as (
    select
        replicate,
        model_number,
        {{ exact_sum('wins - match_count * win_probability', 18) }} as score,
        {{ rounded_sum(
            '(match_count * win_probability * (1 - win_probability))', 40
        ) }} as information,
        {{ rounded_sum(
            '(match_count * win_probability * (1 - win_probability) * direction)',
            40
        ) }} as product
    from terms
    group by replicate, model_number
),

models as (
    select
        {{ steps }}.*,
        sums.score,
        sums.information,
        sums.product
    from {{ steps }}
    inner join sums
        on {{ same_keys(steps, 'sums', ['replicate', 'model_number']) }}
),

totals as (
    select
        replicate,
        component_number,
        {{ exact_sum('score', 18) }}
        / nullif({{ exact_sum('information', 18) }}, 0) as mean_score,
        {{ exact_sum('direction * residual', 24) }} as old_square,
        coalesce(
            {{ exact_sum('direction * residual', 24) }}
            / nullif({{ exact_sum('direction * product', 24) }}, 0),
            0e0
        ) as rate
    from models
    group by replicate, component_number
),

-- Scores add up to 0 except for rounding, for which the system has no solution.
moves as (
    select
        models.replicate,
        models.component_number,
        models.model_number,
        models.step,
        models.strength,
        models.scale,
        models.information,
        models.direction,
        totals.old_square,
        models.shift + totals.rate * models.direction as shift,
        case
            when models.scale is null
                then models.score - models.information * totals.mean_score
            else models.residual - totals.rate * models.product
        end as residual
    from models
    inner join totals
        on {{ same_keys('models', 'totals', keys) }}
),

lengths as (
    select
        replicate,
        component_number,
        {{ exact_sum('residual * residual / nullif(information, 0)', 28) }}
            as square,
        {{ exact_mean('shift') }} as mean_shift,
        max(shift) - min(shift) as longest_shift
    from moves
    group by replicate, component_number
),

judged as (
    select
        moves.*,
        lengths.mean_shift,
        lengths.longest_shift,
        lengths.square / nullif(moves.old_square, 0) as growth,
        coalesce(moves.scale, sqrt(lengths.square)) as new_scale,
        case when moves.scale is null then sqrt(lengths.square) else 1e0 end
            as unit,
        case
            when moves.scale is null then lengths.square = 0
            else
                lengths.square
                <= greatest(1e-10, least(0.1, moves.scale * moves.scale))
        end as is_solved
    from moves
    inner join lengths
        on {{ same_keys('moves', 'lengths', keys) }}
),

-- Far from the maximum a move can be too long by any factor. A move of at most
-- 4 between two models never ends farther from it.
next_steps as (
    select
        replicate,
        component_number,
        model_number,
        step + 1 as step,
        case
            when is_solved
                then
                    strength
                    + new_scale * (shift - mean_shift)
                    * least(1, 4 / nullif(new_scale * longest_shift, 0))
            else strength
        end as strength,
        case when not is_solved then new_scale end as scale,
        case when is_solved then 0e0 else shift end as shift,
        residual / nullif(unit, 0) as residual,
        case
            when is_solved then 0e0
            else
                residual / nullif(unit * information, 0)
                + coalesce(growth, 0e0) * direction
        end as direction,
        is_solved and new_scale * longest_shift < {{ tolerance }}
            as has_converged
    from judged
)

select * from next_steps
{%- endmacro %}
