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
        median(action_delta) as median_delta,
        avg(action_delta) as mean_delta,
        count(*) filter (where action_delta > 0) as more_count,
        count(*) filter (where action_delta < 0) as fewer_count,
        count(*) filter (where action_delta = 0) as equal_count
    from pairs
    group by success_rule, population, source, grain, summary_number
),

-- A task has one vote, whatever the number of its pairs, and a family the vote
-- of most of its tasks.
task_votes as (
    select
        summary_number,
        cluster_number,
        task_key,
        sign(sum(sign(action_delta))) as vote
    from pairs
    group by summary_number, cluster_number, task_key
),

cluster_votes as (
    select
        summary_number,
        cluster_number,
        sign(sum(vote)) as vote
    from task_votes
    group by summary_number, cluster_number
),

votes as (
    select
        summary_number,
        count(*) filter (where vote > 0) as more_count,
        count(*) filter (where vote < 0) as fewer_count
    from cluster_votes
    group by summary_number
),

splits as (
    select distinct
        more_count,
        fewer_count
    from votes
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
        summaries.more_count,
        summaries.fewer_count,
        summaries.equal_count,
        sign_tests.sign_test_p,
        case when summaries.cluster_count > 1 then intervals.ci_low end
            as ci_low,
        case when summaries.cluster_count > 1 then intervals.ci_high end
            as ci_high
    from summaries
    inner join votes using (summary_number)
    inner join sign_tests
        on
            votes.more_count = sign_tests.more_count
            and votes.fewer_count = sign_tests.fewer_count
    inner join intervals using (summary_number)
)

select * from final
