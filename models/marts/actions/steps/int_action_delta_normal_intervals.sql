-- Grain: one row per summary number of more than `bootstrap_max_tasks` tasks:
-- the interval of its median delta.
-- What the draws of int_action_delta_draws come to without making them. A drawn
-- median is no greater than a value where more drawn deltas lie up to it than
-- beyond. A task adds its own sign sum (deltas up to the value minus deltas
-- beyond) as often as it is drawn, so over the draws the total is all but
-- normal: its mean is the data's sign sum, its variance the sum of the tasks'
-- squared sign sums.
with

pairs as (
    select * from {{ ref('int_action_delta_pairs') }}
),

ranked as (
    select
        summary_number,
        action_delta,
        row_number() over (
            partition by summary_number, task_number
            order by action_delta
        ) as delta_rank,
        count(*) over (
            partition by summary_number, task_number
        ) as delta_count
    from pairs
    where task_count > {{ var('bootstrap_max_tasks') }}
),

-- Below its smallest delta a task's sign sum is -delta_count; each of its
-- deltas adds two.
value_changes as (
    select
        summary_number,
        action_delta,
        2 * count(*) as sign_sum_change,
        sum(4 * (2 * delta_rank - delta_count - 1)) as square_change
    from ranked
    group by summary_number, action_delta
),

first_sign_sums as (
    select
        summary_number,
        -count(*) as sign_sum,
        -- Each task's square once: it has as many rows as deltas.
        sum(delta_count) as square_sum
    from ranked
    group by summary_number
),

sign_sums as (
    select
        value_changes.summary_number,
        value_changes.action_delta,
        first_sign_sums.sign_sum
        + sum(value_changes.sign_sum_change) over (
            partition by value_changes.summary_number
            order by value_changes.action_delta
        ) as sign_sum,
        {{ normal_quantile_975() }} * sqrt(
            first_sign_sums.square_sum
            + sum(value_changes.square_change) over (
                partition by value_changes.summary_number
                order by value_changes.action_delta
            )
        ) as half_width
    from value_changes
    inner join first_sign_sums using (summary_number)
),

final as (
    select
        summary_number,
        min(case when sign_sum >= -half_width then action_delta end) as ci_low,
        coalesce(
            min(case when sign_sum > half_width then action_delta end),
            max(action_delta)
        ) as ci_high
    from sign_sums
    group by summary_number
)

select * from final
