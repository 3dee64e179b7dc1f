-- Grain: one row per finding about what the leaderboard compares: runs over few
-- tasks, several metrics, costs of more attempts, models without a shared
-- benchmark.
with

evaluations as (
    select * from {{ ref('evaluations') }}
    where
        not is_excluded
        and accuracy is not null
),

identified_evaluations as (
    select * from {{ ref('int_evaluations_identified') }}
),

outcomes as (
    select * from {{ ref('int_evaluation_outcomes') }}
),

ranked as (
    select
        evaluations.*,
        identified_evaluations.is_reported,
        {{ is_partial_run() }} as is_partial
    from evaluations
    inner join identified_evaluations
        on evaluations.evaluation_id = identified_evaluations.evaluation_id
),

-- Agents in a table of attempts may each have been given only some of the
-- tasks. If most tried all of them, one that did not is partial.
partial_shares as (
    select
        source,
        benchmark,
        {{ exact_mean('cast(is_partial as integer)') }} as partial_share
    from ranked
    group by source, benchmark
),

partial_evaluations as (
    select
        'few_tasks' as finding_code,
        source,
        ranked.evaluation_id as subject,
        coalesce(ranked.task_count, 0) || ' of ' || outcomes.known_task_count
        || ' known tasks of ' || benchmark || ' have an outcome; a complete run'
        || ' of its model is preferred to it' as detail
    from ranked
    inner join partial_shares using (source, benchmark)
    inner join outcomes
        on ranked.evaluation_id = outcomes.evaluation_id
    where
        ranked.is_partial
        and (ranked.is_reported or partial_shares.partial_share <= 0.5)
),

several_metrics as (
    select
        'several_accuracy_metrics' as finding_code,
        source,
        benchmark as subject,
        count(distinct accuracy_metric)
        || ' metrics are compared as its accuracy, among them '
        || min(accuracy_metric) || ' and ' || max(accuracy_metric) as detail
    from ranked
    group by source, benchmark
    having count(distinct accuracy_metric) > 1
),

attempt_shares as (
    select
        ranked.source,
        ranked.benchmark,
        outcomes.attempt_count * 1e0
        / nullif(outcomes.attempted_task_count, 0) as attempts_per_task
    from ranked
    inner join outcomes
        on ranked.evaluation_id = outcomes.evaluation_id
    where ranked.total_cost_usd > 0
),

several_attempts as (
    select
        'attempts_per_task_differ' as finding_code,
        source,
        benchmark as subject,
        'evaluations with a cost tried each task '
        || round(min(attempts_per_task), 2) || ' to '
        || round(max(attempts_per_task), 2) || ' times, and a cost is that of '
        || 'all attempts: on the cost frontier more attempts are a higher cost'
            as detail
    from attempt_shares
    group by source, benchmark
    having
        min(attempts_per_task)
        < {{ var('complete_task_share') }} * max(attempts_per_task)
),

reported as (
    select * from ranked
    where is_reported
),

benchmark_sizes as (
    select
        source,
        benchmark,
        count(distinct model) as model_count
    from reported
    group by source, benchmark
),

model_counts as (
    select
        source,
        count(distinct model) as model_count
    from reported
    group by source
),

disjoint_models as (
    select
        'no_shared_benchmark' as finding_code,
        source,
        source as subject,
        'none of ' || count(*) || ' benchmarks was run by all '
        || model_counts.model_count || ' models: the ranks in model_win_rates'
        || ' cover different benchmarks, and none has coverage `shared`'
            as detail
    from benchmark_sizes
    inner join model_counts using (source)
    group by source, model_counts.model_count
    having max(benchmark_sizes.model_count) < model_counts.model_count
),

final as (
    {{ union_findings([
        'partial_evaluations',
        'several_metrics',
        'several_attempts',
        'disjoint_models',
    ]) }}
)

select * from final
