-- How many repeats does it take to tell two agents apart?
-- The variance of a difference has a part between tasks, which repeats do not
-- reduce, and a part within tasks, which r repeats divide by r.
-- `repeats_needed` is the smallest r at which the observed difference is 1.96
-- standard errors on the shared tasks; null if no number of repeats is enough,
-- so that it takes more tasks (required_tasks). For Terminal-Bench's five
-- submissions, one repeat of the five is enough for six of the ten pairs, two
-- for eight, three for nine.
with

paired_comparisons as (
    select * from {{ ref('paired_comparisons') }}
    where success_rule = 'resolved' and mean_difference <> 0
),

variance_components as (
    select * from {{ ref('variance_components') }}
    where success_rule = 'resolved'
),

components as (
    select
        paired_comparisons.source,
        paired_comparisons.benchmark,
        paired_comparisons.agent_a,
        paired_comparisons.agent_b,
        paired_comparisons.shared_task_count,
        abs(paired_comparisons.mean_difference) as difference,
        paired_comparisons.se,
        -- Attempts at a task, on average.
        one.attempt_count * 1e0 / one.task_count as first_repeats,
        other.attempt_count * 1e0 / other.task_count as second_repeats,
        one.within_task_variance as first_within,
        other.within_task_variance as second_within
    from paired_comparisons
    inner join variance_components as one
        on
            paired_comparisons.source = one.source
            and paired_comparisons.benchmark = one.benchmark
            and paired_comparisons.agent_a = one.agent
    inner join variance_components as other
        on
            paired_comparisons.source = other.source
            and paired_comparisons.benchmark = other.benchmark
            and paired_comparisons.agent_b = other.agent
),

variances as (
    select
        *,
        first_within + second_within as within_variance,
        greatest(
            se * se * shared_task_count
            - first_within / first_repeats
            - second_within / second_repeats,
            0
        ) as between_variance,
        shared_task_count * difference * difference / (1.96e0 * 1.96e0)
            as allowed_variance
    from components
)

select
    benchmark,
    agent_a,
    agent_b,
    round(100 * difference, 1) as difference_points,
    round(least(first_repeats, second_repeats), 1) as repeats_now,
    case
        when allowed_variance > between_variance
            then greatest(
                ceil(within_variance / (allowed_variance - between_variance)), 1
            )
    end as repeats_needed
from variances
order by source asc, benchmark asc, difference desc, agent_a asc, agent_b asc
