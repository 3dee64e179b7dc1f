-- Grain: one row per replicate and comparable model whose strength converged.
-- Reads the pairs (x `bootstrap_replicates`, if they are drawn) in each of
-- about ten to a hundred steps.
with recursive

matches as (
    select * from {{ ref('int_rating_matches') }}
),

components as (
    select * from {{ ref('int_rating_components') }}
),

-- A model that won or lost everything in a draw has no finite strength there;
-- the others are fitted without it.
usable as (
    select
        replicate,
        model_number
    from matches
    where replicate > 0
    group by replicate, model_number
    having
        sum(wins) > 0
        and sum(wins) < sum(match_count)
),

{{ steps_first('data_steps') }}
    select
        cast(0 as bigint) as replicate,
        component_number,
        model_number,
        0 as step,
        0e0 as strength,
        cast(null as double) as scale,
        0e0 as shift,
        0e0 as residual,
        0e0 as direction,
        false as has_converged
    from components
    where member_count > 1
    {{ steps_next() }}
    select * from (
        {{ bradley_terry_step(
            'data_steps', '1e-8', var('rating_steps')
        ) | indent(8) }}
    ) as next_steps
{{ steps_end() }},

data_fits as (
    select * from data_steps
    where has_converged
),

-- A draw is close to the data, and its own error is far above this tolerance.
-- If a draw splits into models without wins against each other, its strengths
-- have no maximum and do not converge.
{{ steps_first('replicate_steps') }}
    select
        usable.replicate,
        data_fits.component_number,
        data_fits.model_number,
        0 as step,
        data_fits.strength,
        cast(null as double) as scale,
        0e0 as shift,
        0e0 as residual,
        0e0 as direction,
        false as has_converged
    from data_fits
    inner join usable
        on data_fits.model_number = usable.model_number
    {{ steps_next() }}
    select * from (
        {{ bradley_terry_step('replicate_steps', '1e-4', 50) | indent(8) }}
    ) as next_steps
{{ steps_end() }},

fits as (
    select * from data_fits
    union all
    select * from replicate_steps
    where has_converged
),

final as (
    select
        replicate,
        component_number,
        model_number,
        -- Further digits depend on the solver.
        round(strength, 12) as strength
    from fits
)

select * from final
