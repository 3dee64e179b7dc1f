{#- CTEs that fit `horizon_cells` again for each replicate of `task_draws`, starting
    from the coefficients in `horizon_fits`. The last one is `replicate_horizons`
    (fit_number, regularisation, replicate, log2_p50, log2_p80). `replicate_count` in
    `horizon_fits` is the number of replicates of a fit and regularisation. -#}
{% macro horizon_replicate_ctes() -%}
centres as (
    select
        fit_number,
        centre,
        max(replicate_count) as replicate_count
    from horizon_fits
    group by fit_number, centre
),

-- The attempts of a cell are redrawn too. Redrawing changes its share of
-- successes by a standard deviation of sqrt(p * (1 - p) / draws). Here it
-- changes by exactly that, up or down: the same mean and variance without a row
-- per attempt. The success rules and weightings of a model share these draws.
{{ kept_first('cells') }}
    select
        horizon_cells.fit_number,
        task_draws.replicate,
        horizon_cells.log2_minutes - centres.centre as x,
        horizon_cells.success_share
        + case
            when horizon_cells.success_share in (0, 1) then 0
            else
                sqrt(
                    horizon_cells.success_share
                    * (1 - horizon_cells.success_share)
                    / (horizon_cells.attempt_count * task_draws.draw_count)
                )
                * (
                    2 * mod(
                        {{ hash_number(
                            "concat('" ~ var('bootstrap_seed') ~ ":',"
                            ~ " task_draws.replicate, ':', horizon_cells.model,"
                            ~ " ':', horizon_cells.benchmark,"
                            ~ " ':', horizon_cells.task_id)"
                        ) }},
                        2
                    )
                    - 1
                )
        end as success_share,
        horizon_cells.weight * task_draws.draw_count as weight
    from task_draws
    inner join horizon_cells
        on
            task_draws.source = horizon_cells.source
            and task_draws.benchmark = horizon_cells.benchmark
            and task_draws.task_id = horizon_cells.task_id
    inner join centres
        on
            horizon_cells.fit_number = centres.fit_number
            and task_draws.replicate <= centres.replicate_count
{{ steps_end() }},

{{ kept_first('samples') }}
    select
        fit_number,
        replicate,
        {{ rounded_sum('weight') }} as total_weight,
        min(success_share) as least_share,
        max(success_share) as greatest_share
    from cells
    group by fit_number, replicate
{{ steps_end() }},

{{ steps_first('newton_steps') }}
    select
        samples.fit_number,
        samples.replicate,
        horizon_fits.regularisation,
        horizon_fits.regularisation * samples.total_weight as ridge,
        0 as step,
        horizon_fits.intercept,
        horizon_fits.slope,
        cast(null as double) as kept_intercept,
        cast(null as double) as kept_slope,
        cast('infinity' as double) as kept_loss,
        false as has_converged
    from samples
    inner join horizon_fits
        on
            samples.fit_number = horizon_fits.fit_number
            and samples.replicate <= horizon_fits.replicate_count
    where samples.greatest_share > 0 and samples.least_share < 1
    {{ steps_next() }}
    select * from (
        {{ logistic_newton_step(
            'newton_steps', ['fit_number', 'replicate'], '1e-3', is_rough=true
        ) | indent(8) }}
    ) as next_steps
{{ steps_end() }},

-- A replicate without a curve is ranked too: one that always succeeds has an
-- infinite horizon, one that always fails has none. If success does not fall
-- with time, its success at the mean task decides between the two. So that the
-- last digits do not decide, one half counts as success.
replicate_horizons as (
    select
        samples.fit_number,
        horizon_fits.regularisation,
        samples.replicate,
        case
            when samples.least_share = 1 then cast('infinity' as double)
            else cast('-infinity' as double)
        end as log2_p50,
        case
            when samples.least_share = 1 then cast('infinity' as double)
            else cast('-infinity' as double)
        end as log2_p80
    from samples
    inner join horizon_fits
        on
            samples.fit_number = horizon_fits.fit_number
            and samples.replicate <= horizon_fits.replicate_count
    where samples.least_share = 1 or samples.greatest_share = 0
    union all
    select
        newton_steps.fit_number,
        newton_steps.regularisation,
        newton_steps.replicate,
        case
            when newton_steps.slope < -{{ var('horizon_flat_slope') }}
                then
                    horizon_fits.centre
                    - newton_steps.intercept / newton_steps.slope
            when newton_steps.intercept > -{{ var('horizon_flat_slope') }}
                then cast('infinity' as double)
            else cast('-infinity' as double)
        end as log2_p50,
        case
            when newton_steps.slope < -{{ var('horizon_flat_slope') }}
                then
                    horizon_fits.centre
                    - (newton_steps.intercept - ln(4)) / newton_steps.slope
            when newton_steps.intercept > ln(4) - {{ var('horizon_flat_slope') }}
                then cast('infinity' as double)
            else cast('-infinity' as double)
        end as log2_p80
    from newton_steps
    inner join horizon_fits
        on
            newton_steps.fit_number = horizon_fits.fit_number
            and newton_steps.regularisation = horizon_fits.regularisation
    where newton_steps.has_converged
),
{%- endmacro %}
