-- Grain: one row per source, summary population and model.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

summary_populations as (
    select * from {{ ref('summary_populations') }}
),

summaries as (
    select
        attempt_successes.source,
        summary_populations.population,
        attempt_successes.model,
        count(*) as attempt_count,
        count(
            distinct
            {{ escaped('attempt_successes.benchmark', '/') }}
            || '/' || attempt_successes.task_id
        ) as task_count,
        {{ exact_mean('attempt_successes.score') }} as mean_score,
        avg(cast(attempt_successes.is_success as integer)) as success_rate,
        median(attempt_successes.action_count) as median_action_count,
        avg(attempt_successes.action_count) as mean_action_count,
        {{ quantile_cont('attempt_successes.action_count', '0.05') }}
            as p5_action_count,
        {{ quantile_cont('attempt_successes.action_count', '0.25') }}
            as p25_action_count,
        {{ quantile_cont('attempt_successes.action_count', '0.75') }}
            as p75_action_count,
        {{ quantile_cont('attempt_successes.action_count', '0.95') }}
            as p95_action_count
    from attempt_successes
    inner join summary_populations
        on
            attempt_successes.population
            = summary_populations.attempt_population
    where
        attempt_successes.success_rule = 'any_credit'
        and attempt_successes.action_count is not null
    group by
        attempt_successes.source,
        summary_populations.population,
        attempt_successes.model
),

final as (
    select
        source,
        population,
        model,
        attempt_count,
        task_count,
        mean_score,
        success_rate,
        median_action_count,
        mean_action_count,
        p5_action_count,
        p25_action_count,
        p75_action_count,
        p95_action_count,
        attempt_count >= {{ var('major_model_attempts') }} as is_major
    from summaries
)

{{ with_headline('final', ['source', 'model'], ['population']) }}
