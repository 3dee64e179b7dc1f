-- Grain: one row per success rule, summary population, source, benchmark, task
-- and model that tried it.
with

attempt_successes as (
    select * from {{ ref('attempt_successes') }}
),

summary_populations as (
    select * from {{ ref('summary_populations') }}
),

outcomes as (
    select
        attempt_successes.success_rule,
        summary_populations.population,
        attempt_successes.source,
        attempt_successes.benchmark,
        attempt_successes.task_id,
        attempt_successes.model,
        count(*) as attempt_count,
        count(*) filter (where attempt_successes.is_success) as success_count
    from attempt_successes
    inner join summary_populations
        on
            attempt_successes.population
            = summary_populations.attempt_population
    where attempt_successes.model is not null
    group by
        attempt_successes.success_rule,
        summary_populations.population,
        attempt_successes.source,
        attempt_successes.benchmark,
        attempt_successes.task_id,
        attempt_successes.model
),

final as (
    select
        success_rule,
        population,
        source,
        benchmark,
        task_id,
        model,
        attempt_count,
        success_count,
        success_count * 1e0 / attempt_count as success_rate
    from outcomes
)

select * from final
