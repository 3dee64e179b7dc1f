-- Grain: one row per fit number and regularisation with successes and failures.
with recursive

horizon_cells as (
    select * from {{ ref('int_horizon_cells') }}
),

regularisations as (
    {% for regularisation in var('horizon_regularisations') -%}
    select cast({{ regularisation }} as double) as regularisation
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

samples as (
    select
        fit_number,
        {{ exact_sum('weight', 18) }} as total_weight,
        {{ exact_sum('weight * log2_minutes', 18) }}
        / {{ exact_sum('weight', 18) }} as centre,
        {{ exact_sum('weight * success_share', 18) }}
        / {{ exact_sum('weight', 18) }} as success_rate
    from horizon_cells
    group by fit_number
    having
        sum(success_count) > 0
        and sum(success_count) < sum(attempt_count)
),

-- Centred on the mean task, intercept and slope are almost independent.
{{ kept_first('cells') }}
    select
        horizon_cells.fit_number,
        horizon_cells.log2_minutes - samples.centre as x,
        horizon_cells.success_share,
        horizon_cells.weight
    from horizon_cells
    inner join samples
        on horizon_cells.fit_number = samples.fit_number
{{ steps_end() }},

{{ steps_first('newton_steps') }}
    select
        samples.fit_number,
        regularisations.regularisation,
        regularisations.regularisation * samples.total_weight as ridge,
        0 as step,
        ln(samples.success_rate / (1 - samples.success_rate)) as intercept,
        0e0 as slope,
        cast(null as double) as kept_intercept,
        cast(null as double) as kept_slope,
        cast('infinity' as double) as kept_loss,
        false as has_converged
    from samples
    cross join regularisations
    {{ steps_next() }}
    select * from (
        {{ logistic_newton_step(
            'newton_steps', ['fit_number'], '1e-10'
        ) | indent(8) }}
    ) as next_steps
{{ steps_end() }},

final as (
    select
        newton_steps.fit_number,
        newton_steps.regularisation,
        samples.centre,
        newton_steps.intercept,
        newton_steps.slope
    from newton_steps
    inner join samples
        on newton_steps.fit_number = samples.fit_number
    where newton_steps.has_converged
)

select * from final
