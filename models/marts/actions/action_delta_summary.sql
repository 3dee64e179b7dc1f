-- Grain: one row per success rule, population, source and grain of comparison
-- (`task` or `task_model`).
with

pairs as (
    select * from {{ ref('int_action_delta_pairs') }}
),

drawn_intervals as (
    select * from {{ ref('int_action_delta_draws') }}
),

normal_intervals as (
    select * from {{ ref('int_action_delta_normal_intervals') }}
),

summaries as (
    select
        success_rule,
        population,
        source,
        grain,
        summary_number,
        min(cluster_count) as cluster_count,
        count(*) as pair_count,
        -- Equal deltas say nothing about how far others may be off.
        min(cluster_count) > 1
        and count(*) >= {{ var('interval_min_deltas') }}
        and min(action_delta) < max(action_delta) as has_interval,
        median(action_delta) as median_delta,
        avg(action_delta) as mean_delta,
        count(*) filter (where action_delta > 0) as more_count,
        count(*) filter (where action_delta < 0) as fewer_count,
        count(*) filter (where action_delta = 0) as equal_count
    from pairs
    group by success_rule, population, source, grain, summary_number
),

-- The test flips the sign of this sum: a cluster's deltas above 0 minus those
-- below.
clusters as (
    select
        summary_number,
        cluster_number as task_cluster,
        sum(cast(sign(action_delta) as double)) as value_sum
    from pairs
    group by summary_number, cluster_number
),

{{ sign_flip_ctes(['summary_number']) }}

intervals as (
    select
        summary_number,
        ci_low,
        ci_high
    from drawn_intervals
    union all
    select
        summary_number,
        ci_low,
        ci_high
    from normal_intervals
),

-- If all sums are 0, every sign pattern gives the same total.
tested as (
    select
        summaries.*,
        intervals.ci_low,
        intervals.ci_high,
        case
            when summaries.cluster_count > 1
                then coalesce(sign_flips.flip_p, 1e0)
        end as sign_test_p
    from summaries
    inner join intervals using (summary_number)
    left join sign_flips using (summary_number)
),

-- The interval contains 0 if the test finds no difference.
final as (
    select
        success_rule,
        population,
        source,
        grain,
        pair_count,
        median_delta,
        mean_delta,
        more_count,
        fewer_count,
        equal_count,
        sign_test_p,
        case
            when has_interval and sign_test_p > 0.05 then least(ci_low, 0e0)
            when has_interval then ci_low
        end as ci_low,
        case
            when has_interval and sign_test_p > 0.05 then greatest(ci_high, 0e0)
            when has_interval then ci_high
        end as ci_high
    from tested
)

{{ with_headline(
    'final',
    ['source', 'grain'],
    ['success_rule', 'population'],
    own={'population': "case when final.grain = 'task_model' then headline_choices.task_model_population else headline_choices.population end"}
) }}
