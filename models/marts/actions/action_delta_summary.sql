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
        count(*) as pair_count,
        median(action_delta) as median_delta,
        avg(action_delta) as mean_delta,
        count(*) filter (where action_delta > 0) as more_count,
        count(*) filter (where action_delta < 0) as fewer_count,
        count(*) filter (where action_delta = 0) as equal_count
    from pairs
    group by success_rule, population, source, grain, summary_number
),

splits as (
    select distinct
        more_count,
        fewer_count
    from summaries
),

{{ sign_test_ctes() }}

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

final as (
    select
        summaries.success_rule,
        summaries.population,
        summaries.source,
        summaries.grain,
        summaries.pair_count,
        summaries.median_delta,
        summaries.mean_delta,
        more_count,
        fewer_count,
        summaries.equal_count,
        sign_tests.sign_test_p,
        intervals.ci_low,
        intervals.ci_high
    from summaries
    inner join sign_tests using (more_count, fewer_count)
    inner join intervals using (summary_number)
)

select * from final
