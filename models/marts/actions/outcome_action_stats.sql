-- Grain: one row per source, summary population and outcome.
with

attempts as (
    select * from {{ ref('attempts') }}
),

summary_populations as (
    select * from {{ ref('summary_populations') }}
),

final as (
    select
        attempts.source,
        summary_populations.population,
        attempts.outcome,
        count(*) as attempt_count,
        median(attempts.action_count) as median_action_count,
        avg(attempts.action_count) as mean_action_count,
        {{ quantile_cont('attempts.action_count', '0.9') }}
            as p90_action_count
    from attempts
    inner join summary_populations
        on attempts.population = summary_populations.attempt_population
    where
        attempts.outcome is not null
        and attempts.action_count is not null
    group by
        attempts.source, summary_populations.population, attempts.outcome
)

{{ with_headline('final', ['source', 'outcome'], ['population']) }}
