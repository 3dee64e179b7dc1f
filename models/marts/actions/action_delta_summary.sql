-- Grain: one row per success rule, population, source and grain of comparison
-- (`task` or `task_model`). Takes tasks x `bootstrap_replicates` draws.
with

task_action_deltas as (
    select * from {{ ref('task_action_deltas') }}
),

task_model_action_deltas as (
    select * from {{ ref('task_model_action_deltas') }}
),

deltas as (
    select
        success_rule,
        population,
        source,
        'task' as grain,
        action_delta,
        benchmark,
        task_id
    from task_action_deltas
    union all
    select
        success_rule,
        population,
        source,
        'task_model' as grain,
        action_delta,
        benchmark,
        task_id
    from task_model_action_deltas
),

summaries as (
    select
        success_rule,
        population,
        source,
        grain,
        count(*) as pair_count,
        median(action_delta) as median_delta,
        avg(action_delta) as mean_delta,
        count(*) filter (where action_delta > 0) as more_count,
        count(*) filter (where action_delta < 0) as fewer_count,
        count(*) filter (where action_delta = 0) as equal_count
    from deltas
    group by success_rule, population, source, grain
),

splits as (
    select distinct
        more_count,
        fewer_count
    from summaries
),

{{ sign_test_ctes() }}

-- The bootstrap: draw as many tasks as there are, with replacement, and take
-- the median of all their deltas, over and over. Tasks and not pairs, because
-- the pairs of one task are not independent. A draw is a hash of the seed, the
-- replicate and its number, so every machine draws the same.
numbered_deltas as (
    select
        success_rule,
        population,
        source,
        grain,
        action_delta,
        dense_rank() over (
            partition by success_rule, population, source, grain
            order by benchmark, task_id
        ) as task_number
    from deltas
),

task_counts as (
    select
        success_rule,
        population,
        source,
        grain,
        max(task_number) as task_count
    from numbered_deltas
    group by success_rule, population, source, grain
),

distinct_task_counts as (
    select distinct task_count from task_counts
),

replicates as (
    {{ number_series('1', var('bootstrap_replicates')) }}
),

numbers as (
    {{ number_series(
        '1', '(select coalesce(max(pair_count), 0) from summaries)'
    ) }}
),

draw_hashes as (
    select
        replicates.number as replicate,
        numbers.number as draw,
        {{ hash_number(
            "'" ~ var('bootstrap_seed') ~ ":' || replicates.number || ':'"
            ~ " || numbers.number"
        ) }} as draw_hash
    from replicates
    cross join numbers
),

draws as (
    select
        distinct_task_counts.task_count,
        draw_hashes.replicate,
        1 + mod(draw_hashes.draw_hash, distinct_task_counts.task_count)
            as task_number
    from draw_hashes
    inner join distinct_task_counts
        on draw_hashes.draw <= distinct_task_counts.task_count
),

replicate_medians as (
    select
        task_counts.success_rule,
        task_counts.population,
        task_counts.source,
        task_counts.grain,
        draws.replicate,
        median(numbered_deltas.action_delta) as median_delta
    from task_counts
    inner join draws
        on task_counts.task_count = draws.task_count
    inner join numbered_deltas
        on
            task_counts.success_rule = numbered_deltas.success_rule
            and task_counts.population = numbered_deltas.population
            and task_counts.source = numbered_deltas.source
            and task_counts.grain = numbered_deltas.grain
            and draws.task_number = numbered_deltas.task_number
    group by
        task_counts.success_rule,
        task_counts.population,
        task_counts.source,
        task_counts.grain,
        draws.replicate
),

intervals as (
    select
        success_rule,
        population,
        source,
        grain,
        {{ quantile_cont('median_delta', '0.025') }} as ci_low,
        {{ quantile_cont('median_delta', '0.975') }} as ci_high
    from replicate_medians
    group by success_rule, population, source, grain
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
        intervals.ci_low,
        intervals.ci_high
    from summaries
    inner join sign_tests
        on
            summaries.more_count = sign_tests.more_count
            and summaries.fewer_count = sign_tests.fewer_count
    inner join intervals
        on
            summaries.success_rule = intervals.success_rule
            and summaries.population = intervals.population
            and summaries.source = intervals.source
            and summaries.grain = intervals.grain
)

select * from final
