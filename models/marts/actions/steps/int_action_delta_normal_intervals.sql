-- Grain: one row per summary that is not drawn: the interval of its median
-- delta.
-- For many clusters this is the limit of int_action_delta_draws. For few
-- clusters it inverts a test of the sign sums, since draws of few clusters are
-- too much alike. The sign sum of a cluster at a value is its deltas up to the
-- value minus its deltas above. If the value is the median, the total of the
-- sign sums has mean zero and the sum of their squares as variance.
with

pairs as (
    select * from {{ ref('int_action_delta_pairs') }}
),

ranked as (
    select
        summary_number,
        action_delta,
        row_number() over (
            partition by summary_number, cluster_number
            order by action_delta
        ) as delta_rank,
        count(*) over (
            partition by summary_number, cluster_number
        ) as delta_count
    from pairs
    where not is_drawn
),

-- Below its smallest delta a cluster's sign sum is -delta_count; each of its
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
        -- Each cluster's square counts once: the cluster has as many rows as
        -- deltas.
        sum(delta_count) as square_sum
    from ranked
    group by summary_number
),

sign_sums as (
    select
        summary_number,
        value_changes.action_delta,
        first_sign_sums.sign_sum
        + sum(value_changes.sign_sum_change) over (
            partition by summary_number
            order by value_changes.action_delta
        ) as sign_sum,
        {{ normal_quantile_975() }} * sqrt(
            first_sign_sums.square_sum
            + sum(value_changes.square_change) over (
                partition by summary_number
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
