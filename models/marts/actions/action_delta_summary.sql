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

-- The bootstrap: draw the tasks anew and take the median of all their deltas,
-- over and over. Tasks and not pairs, because the pairs of one task are not
-- independent.
replicates as (
    {{ number_series('1', var('bootstrap_replicates')) }}
),

tasks as (
    select distinct
        source,
        benchmark,
        task_id
    from deltas
),

draws as (
    select
        tasks.source,
        tasks.benchmark,
        tasks.task_id,
        replicates.number as replicate,
        {{ bootstrap_weight(
            'replicates.number',
            "tasks.source || ':' || tasks.benchmark || ':' || tasks.task_id"
        ) }} as weight
    from tasks
    cross join replicates
),

drawn_deltas as (
    select
        deltas.success_rule,
        deltas.population,
        deltas.source,
        deltas.grain,
        draws.replicate,
        deltas.action_delta,
        sum(draws.weight) over (
            partition by
                deltas.success_rule,
                deltas.population,
                deltas.source,
                deltas.grain,
                draws.replicate
            order by deltas.action_delta
        ) as cumulative_weight,
        sum(draws.weight) over (
            partition by
                deltas.success_rule,
                deltas.population,
                deltas.source,
                deltas.grain,
                draws.replicate
        ) as total_weight
    from deltas
    inner join draws
        on
            deltas.source = draws.source
            and deltas.benchmark = draws.benchmark
            and deltas.task_id = draws.task_id
    where draws.weight > 0
),

replicate_medians as (
    select
        success_rule,
        population,
        source,
        grain,
        replicate,
        {{ median_of_counts(
            'action_delta', 'cumulative_weight', 'total_weight'
        ) }} as median_delta
    from drawn_deltas
    group by success_rule, population, source, grain, replicate
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
