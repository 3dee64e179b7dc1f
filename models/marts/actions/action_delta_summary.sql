-- Grain: one row per success rule, population, source and grain of comparison
-- (`task` or `task_model`). Takes `bootstrap_replicates` draws of each task, in
-- summaries of at most `bootstrap_max_tasks` tasks; others grow with the pairs.
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
        row_number() over (
            order by success_rule, population, source, grain
        ) as summary_number,
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

-- Numbers group and join faster than names do.
tasks as (
    select
        source,
        benchmark,
        task_id,
        row_number() over (order by source, benchmark, task_id) as task_number,
        source
        || ':' || {{ escaped('benchmark', ':') }}
        || ':' || task_id
            as task_key
    from deltas
    group by source, benchmark, task_id
),

numbered as (
    select
        summaries.summary_number,
        tasks.task_number,
        deltas.action_delta
    from deltas
    inner join summaries
        on
            deltas.success_rule = summaries.success_rule
            and deltas.population = summaries.population
            and deltas.source = summaries.source
            and deltas.grain = summaries.grain
    inner join tasks
        on
            deltas.source = tasks.source
            and deltas.benchmark = tasks.benchmark
            and deltas.task_id = tasks.task_id
),

task_counts as (
    select
        summary_number,
        count(distinct task_number) as task_count
    from numbered
    group by summary_number
),

-- The bootstrap: draw the tasks anew and take the median of all their deltas,
-- over and over. Tasks and not pairs, because the pairs of one task are not
-- independent.
drawn_deltas as (
    select
        numbered.summary_number,
        numbered.task_number,
        numbered.action_delta,
        count(*) as delta_count
    from numbered
    inner join task_counts
        on numbered.summary_number = task_counts.summary_number
    where task_counts.task_count <= {{ var('bootstrap_max_tasks') }}
    group by
        numbered.summary_number,
        numbered.task_number,
        numbered.action_delta
),

replicates as (
    {{ number_series('1', var('bootstrap_replicates')) }}
),

drawn_tasks as (
    select distinct
        tasks.task_number,
        tasks.task_key
    from tasks
    inner join drawn_deltas
        on tasks.task_number = drawn_deltas.task_number
),

draws as (
    select
        drawn_tasks.task_number,
        replicates.number as replicate,
        {{ bootstrap_weight('replicates.number', 'drawn_tasks.task_key') }}
            as weight
    from drawn_tasks
    cross join replicates
),

value_weights as (
    select
        drawn_deltas.summary_number,
        draws.replicate,
        drawn_deltas.action_delta,
        sum(draws.weight * drawn_deltas.delta_count) as weight
    from drawn_deltas
    inner join draws
        on drawn_deltas.task_number = draws.task_number
    where draws.weight > 0
    group by
        drawn_deltas.summary_number,
        draws.replicate,
        drawn_deltas.action_delta
),

cumulated_weights as (
    select
        summary_number,
        replicate,
        action_delta,
        sum(weight) over (
            partition by summary_number, replicate
            order by action_delta
        ) as cumulative_weight,
        sum(weight) over (
            partition by summary_number, replicate
        ) as total_weight
    from value_weights
),

replicate_medians as (
    select
        summary_number,
        replicate,
        {{ median_of_counts(
            'action_delta', 'cumulative_weight', 'total_weight'
        ) }} as median_delta
    from cumulated_weights
    group by summary_number, replicate
),

-- Over many tasks, what the draws come to without making them. A drawn median
-- is no greater than a value where the drawn deltas up to it outnumber those
-- beyond; a task adds its own balance of the two as often as it is drawn, so
-- over the draws their sum has the data's balance as mean, the sum of the
-- tasks' squared balances as variance, and is all but normal.
placed as (
    select
        numbered.summary_number,
        numbered.action_delta,
        row_number() over (
            partition by numbered.summary_number, numbered.task_number
            order by numbered.action_delta
        ) as place,
        count(*) over (
            partition by numbered.summary_number, numbered.task_number
        ) as delta_count
    from numbered
    inner join task_counts
        on numbered.summary_number = task_counts.summary_number
    where task_counts.task_count > {{ var('bootstrap_max_tasks') }}
),

-- Below its least delta a task's balance is -delta_count; each delta, on
-- reaching it, lifts the balance by two.
value_changes as (
    select
        summary_number,
        action_delta,
        2 * count(*) as balance_change,
        sum(4 * (2 * place - delta_count - 1)) as square_change
    from placed
    group by summary_number, action_delta
),

first_balances as (
    select
        summary_number,
        -count(*) as balance,
        -- Each task's square once: it has as many rows as deltas.
        sum(delta_count) as square_sum
    from placed
    group by summary_number
),

balances as (
    select
        value_changes.summary_number,
        value_changes.action_delta,
        first_balances.balance
        + sum(value_changes.balance_change) over (
            partition by value_changes.summary_number
            order by value_changes.action_delta
        ) as balance,
        {{ normal_quantile_975() }} * sqrt(
            first_balances.square_sum
            + sum(value_changes.square_change) over (
                partition by value_changes.summary_number
                order by value_changes.action_delta
            )
        ) as reach
    from value_changes
    inner join first_balances
        on value_changes.summary_number = first_balances.summary_number
),

bounds as (
    select
        summary_number,
        {{ quantile_cont('median_delta', '0.025') }} as ci_low,
        {{ quantile_cont('median_delta', '0.975') }} as ci_high
    from replicate_medians
    group by summary_number
    union all
    select
        summary_number,
        min(case when balance >= -reach then action_delta end) as ci_low,
        coalesce(
            min(case when balance > reach then action_delta end),
            max(action_delta)
        ) as ci_high
    from balances
    group by summary_number
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
        bounds.ci_low,
        bounds.ci_high
    from summaries
    inner join sign_tests
        on
            summaries.more_count = sign_tests.more_count
            and summaries.fewer_count = sign_tests.fewer_count
    inner join bounds
        on summaries.summary_number = bounds.summary_number
)

select * from final
