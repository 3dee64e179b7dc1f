-- Published: 129 tasks, median delta -0.5, mean -0.3; successes took more
-- actions in 56, fewer in 65, as many in 8. That mixes in runs told to sabotage
-- or refuse; of capability runs alone it is 116 tasks and a median of 0.0 (56
-- more, 52 fewer). It also depends on what success means: -0.5 by any credit,
-- -1.5 by half, -2.0 by full.
with

figures (
    reading,
    success_rule,
    population,
    pair_count,
    median_delta,
    mean_delta,
    more_count,
    fewer_count
) as (
    values
    ('published', 'any_credit', 'all', 129, -0.5, -0.3, 56, 65),
    ('corrected', 'any_credit', 'capability', 116, 0.0, 0.8, 56, 52),
    ('other rule', 'half_credit', 'all', 120, -1.5, -1.8, 42, 70),
    ('other rule', 'full_credit', 'all', 90, -2.0, -3.0, 20, 63)
)

select
    figures.*,
    action_delta_summary.pair_count as our_pair_count,
    action_delta_summary.median_delta as our_median_delta,
    action_delta_summary.mean_delta as our_mean_delta
from figures
left join {{ ref('action_delta_summary') }} as action_delta_summary
    on
        figures.success_rule = action_delta_summary.success_rule
        and figures.population = action_delta_summary.population
        and action_delta_summary.source = 'metr'
        and action_delta_summary.grain = 'task'
where
    {{ published_data_is_loaded('metr_action_counts') }}
    and (
        action_delta_summary.pair_count = figures.pair_count
        and action_delta_summary.median_delta = figures.median_delta
        and round(action_delta_summary.mean_delta, 1) = figures.mean_delta
        and action_delta_summary.more_count = figures.more_count
        and action_delta_summary.fewer_count = figures.fewer_count
        and action_delta_summary.equal_count
        = figures.pair_count - figures.more_count - figures.fewer_count
    ) is not true
