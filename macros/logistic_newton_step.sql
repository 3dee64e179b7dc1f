{#- The query of Newton's next step in a logistic fit of `cells` (keys, x,
    success_share, weight), for every unfinished row of `steps`. It minimises the sum of
    weight * log loss, plus ridge * slope^2 / 2. `intercept` and `slope` are the next
    ones to try, kept_* the best so far; a step that does not improve them is halved. A
    fit has converged when a try is within `tolerance` of the best. With `is_rough` its
    sums are rounded. -#}
{% macro logistic_newton_step(steps, keys, tolerance, is_rough=false) -%}
{%- set key_list = keys | join(', ') -%}
with

logits as (
    select
        {% for key in keys %}{{ steps }}.{{ key }}, {% endfor %}
        {{ steps }}.regularisation,
        cells.x,
        cells.success_share,
        cells.weight,
        {{ steps }}.intercept + {{ steps }}.slope * cells.x as logit
    from {{ steps }}
    inner join cells
        on {{ same_keys(steps, 'cells', keys) }}
    where not {{ steps }}.has_converged
),

-- Computed from the absolute value, so that it cannot overflow.
decays as (
    select
        *,
        exp(-abs(logit)) as decay
    from logits
),

terms as (
    select
        *,
        greatest(logit, 0) - success_share * logit + ln(1 + decay) as log_loss,
        success_share - case when logit > 0 then 1 else decay end / (1 + decay)
            as residual,
        decay / ((1 + decay) * (1 + decay)) as variance
    from decays
),

sums as (
    select
        {{ key_list }},
        regularisation,
        {%- for name, term in [
            ('log_loss', 'log_loss'),
            ('residual', 'residual'),
            ('residual_x', 'residual * x'),
            ('variance', 'variance'),
            ('variance_x', 'variance * x'),
            ('variance_xx', 'variance * x * x'),
        ] %}
        {{ rounded_sum('weight * ' ~ term) if is_rough
            else exact_sum('weight * ' ~ term, 18) }} as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from terms
    group by {{ key_list }}, regularisation
),

-- The loss, the scores of both coefficients and their information.
scores as (
    select
        {{ steps }}.*,
        sums.log_loss
        + {{ steps }}.ridge * {{ steps }}.slope * {{ steps }}.slope / 2
            as loss,
        sums.residual as intercept_score,
        sums.residual_x - {{ steps }}.ridge * {{ steps }}.slope as slope_score,
        sums.variance as intercept_information,
        sums.variance_x as mixed_information,
        sums.variance_xx + {{ steps }}.ridge as slope_information
    from sums
    inner join {{ steps }}
        on {{ same_keys('sums', steps, keys + ['regularisation']) }}
),

judged as (
    select
        *,
        -- Near convergence, losses differ only by rounding.
        loss <= kept_loss * (1 + 1e-12) as is_better,
        nullif(intercept_information * slope_information - mixed_information * mixed_information, 0)
            as determinant
    from scores
),

changes as (
    select
        {{ key_list }},
        regularisation,
        ridge,
        step,
        case when is_better then intercept else kept_intercept end
            as kept_intercept,
        case when is_better then slope else kept_slope end as kept_slope,
        least(loss, kept_loss) as kept_loss,
        case
            when is_better then
                (slope_information * intercept_score - mixed_information * slope_score)
                / determinant
            else (intercept - kept_intercept) / 2
        end as intercept_change,
        case
            when is_better then
                (intercept_information * slope_score - mixed_information * intercept_score)
                / determinant
            else (slope - kept_slope) / 2
        end as slope_change
    from judged
),

-- A step beyond 100 comes from a curve that is flat except for rounding. Half
-- of it would not be better, and the sums would overflow.
next_steps as (
    select
        {{ key_list }},
        regularisation,
        ridge,
        step + 1 as step,
        kept_intercept
        + greatest(-100, least(100, coalesce(intercept_change, 0)))
            as intercept,
        kept_slope + greatest(-100, least(100, coalesce(slope_change, 0)))
            as slope,
        kept_intercept,
        kept_slope,
        kept_loss,
        coalesce(
            greatest(abs(intercept_change), abs(slope_change)), 0
        ) <= {{ tolerance }}
        or step + 1 = {{ var('horizon_newton_steps') }} as has_converged
    from changes
)

select * from next_steps
{%- endmacro %}
